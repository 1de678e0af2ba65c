// The protocol's edges: what is not known is refused, what is hostile crashes nothing, and describe calls answer as AWS does.

import {
  DescribeAddressesCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
} from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../testing.ts';

let aws: TestEmulator;
beforeAll(async () => {
  aws = await aRunningEmulator();
});
afterAll(() => aws.close());

const AUTHORIZATION =
  'AWS4-HMAC-SHA256 Credential=raw/20260101/us-east-1/ec2/aws4_request, SignedHeaders=host, Signature=00';
async function raw(body: string, headers: Record<string, string> = { authorization: AUTHORIZATION }) {
  const response = await fetch(aws.emulator.url, { method: 'POST', body, headers });
  const text = await response.text();
  return { status: response.status, code: /<Code>(.*?)<\/Code>/.exec(text)?.[1], text };
}

it('an action that is not there is refused, never answered empty', async () => {
  expect(await codeOf(aws.client().send(new DescribeAddressesCommand({})))).toBe('InvalidAction');
  expect(await raw('Action=DropEverything')).toMatchObject({ status: 400, code: 'InvalidAction' });
  expect(await raw('')).toMatchObject({ status: 400, code: 'InvalidAction' });
});

it('a parameter that it does not understand is refused, never ignored', async () => {
  for (const parameter of [
    'Colour=red',
    'InstanceId.1.Extra=x',
    'Filter.1.Nome=x',
    'InstanceId.x=i-1',
    'InstanceId=i-1',
    'DryRun.1=true',
  ]) {
    expect([parameter, await raw(`Action=DescribeInstances&${parameter}`)]).toMatchObject([
      parameter,
      { code: 'UnknownParameter' },
    ]);
  }
  expect(await raw('Action=DescribeInstances&MaxResults=many')).toMatchObject({ code: 'InvalidParameterValue' });
  expect(await raw('Action=DescribeInstances&DryRun=perhaps')).toMatchObject({ code: 'InvalidParameterValue' });
});

it('a caller without credentials is refused', async () => {
  expect(await raw('Action=DescribeInstances', {})).toMatchObject({ status: 401, code: 'AuthFailure' });
});

it('a request that is too large is refused', async () => {
  expect(await raw('x'.repeat(4_194_305))).toMatchObject({ status: 413 });
});

it('survives whatever is sent to it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('RunInstances', 'DescribeInstances', 'CreateVolume', 'CreateTags'),
      fc.dictionary(fc.string(), fc.string()),
      async (action, fields) => {
        const answer = await raw(new URLSearchParams({ ...fields, Action: action }).toString());
        expect(answer.status).toBeLessThan(500);
      },
    ),
    { numRuns: 60 },
  );
});

it('text of every kind comes back as it was sent', async () => {
  const ec2 = aws.client('text');
  const value = `<a href="x">&amp; 'quoted' ünïcode </a>`;
  const { Instances } = await ec2.send(
    aLaunch({ TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'note', Value: value }] }] }),
  );
  expect(Instances![0]!.Tags).toEqual([{ Key: 'note', Value: value }]);
});

it('pages through what there is, by tag, state and wildcard', async () => {
  const ec2 = aws.client('pages');
  for (let n = 0; n < 7; n++) {
    await ec2.send(
      aLaunch({ TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'n', Value: `number ${n}` }] }] }),
    );
  }
  const ids: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await ec2.send(new DescribeInstancesCommand({ MaxResults: 5, NextToken }));
    ids.push(...page.Reservations!.map((each) => each.Instances![0]!.InstanceId!));
    ({ NextToken } = page);
  } while (NextToken !== undefined);
  expect(new Set(ids).size).toBe(7);
  const matching = async (Name: string, ...Values: string[]) =>
    (await ec2.send(new DescribeInstancesCommand({ Filters: [{ Name, Values }] }))).Reservations!.length;
  expect(await matching('tag:n', 'number 1', 'number 2')).toBe(2);
  expect(await matching('tag:n', 'number ?')).toBe(7);
  expect(await matching('tag:n', 'num*')).toBe(7);
  expect(await matching('tag-key', 'm')).toBe(0);
  expect(await matching('instance-state-name', 'running')).toBe(0);
  expect(await codeOf(matching('colour', 'red'))).toBe('InvalidParameterValue');
  expect(await codeOf(matching('instance-id', ...Array.from({ length: 201 }, (_, n) => `i-${n}`)))).toBe(
    'FilterLimitExceeded',
  );
  expect(await codeOf(ec2.send(new DescribeInstancesCommand({ InstanceIds: [ids[0]!], MaxResults: 5 })))).toBe(
    'InvalidParameterCombination',
  );
  expect(await codeOf(ec2.send(new DescribeInstancesCommand({ MaxResults: 4 })))).toBe('InvalidParameterValue');
  expect(await codeOf(ec2.send(new DescribeInstancesCommand({ NextToken: 'forged' })))).toBe('InvalidParameterValue');
});

it('knows types, where they are offered, and images by their trusted owner', async () => {
  const ec2 = aws.client();
  const { InstanceTypes } = await ec2.send(new DescribeInstanceTypesCommand({ InstanceTypes: ['t3.large'] }));
  expect(InstanceTypes).toMatchObject([
    { VCpuInfo: { DefaultVCpus: 2 }, ProcessorInfo: { SupportedArchitectures: ['x86_64'] } },
  ]);
  const offered = new DescribeInstanceTypeOfferingsCommand({
    LocationType: 'availability-zone',
    Filters: [{ Name: 'instance-type', Values: ['t3.large'] }],
  });
  expect((await ec2.send(offered)).InstanceTypeOfferings!.map((each) => each.Location)).toContain('us-east-1a');
  const images = async (owner: string) =>
    (await ec2.send(new DescribeImagesCommand({ Owners: [owner] }))).Images!.length;
  expect([await images('099720109477'), await images('self')]).toEqual([6, 0]);
});
