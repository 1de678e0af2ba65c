// Public parameters through the SDK's client, and the rules by which an image becomes one.

import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import {
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import fc from 'fast-check';
import { answerJson } from '../json/service.ts';
import { serveJson, type TestService } from '../json/testing.ts';
import { publicParameters } from './parameters.ts';
import { ssm } from './index.ts';

const UBUNTU = '/aws/service/canonical/ubuntu/server';
const NOBLE = `${UBUNTU}/24.04/stable/current/amd64/hvm/ebs-gp3/ami-id`;
const JAMMY = `${UBUNTU}/22.04/stable/current/amd64/hvm/ebs-gp2/ami-id`;

let server: TestService;
let client: SSMClient;

beforeAll(async () => {
  server = await serveJson(ssm);
  const credentials = { accessKeyId: 'one', secretAccessKey: 'any' };
  client = new SSMClient({ endpoint: server.url, region: 'us-east-1', credentials, maxAttempts: 1 });
});

afterAll(async () => {
  client.destroy();
  await server.close();
});

const get = async (Name: string) => (await client.send(new GetParameterCommand({ Name }))).Parameter!;

async function refusal(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return (error as Error).name;
  }
  throw new Error('the call was not refused');
}

describe('GetParameter', () => {
  test('says which image is the newest under a name', async () => {
    expect(await get(NOBLE)).toEqual({
      Name: NOBLE,
      Type: 'String',
      Value: 'ami-0b0000000a6d64002',
      Version: 2,
      LastModifiedDate: new Date('2026-08-01T06:14:31.000Z'),
      ARN: `arn:aws:ssm:us-east-1::parameter${NOBLE}`,
      DataType: 'aws:ec2:image',
    });
  });

  test('takes the ARN of this region, spaces around the name, and the wish to decrypt what is not encrypted', async () => {
    expect(await get(`arn:aws:ssm:us-east-1::parameter${NOBLE}`)).toEqual(await get(NOBLE));
    expect(await get(` ${NOBLE} `)).toEqual(await get(NOBLE));
    const { Parameter } = await client.send(new GetParameterCommand({ Name: NOBLE, WithDecryption: true }));
    expect(Parameter?.Value).toBe('ami-0b0000000a6d64002');
  });

  test('gives an older version to those who name it', async () => {
    expect(await get(`${NOBLE}:1`)).toMatchObject({ Value: 'ami-0b0000000a6d64001', Version: 1, Selector: ':1' });
    expect(await refusal(get(`${NOBLE}:3`))).toBe('ParameterVersionNotFound');
  });

  test.each([
    ['a name that nobody has published', '/aws/service/other', 'ParameterNotFound'],
    ['the ARN of another region', `arn:aws:ssm:us-west-2::parameter${NOBLE}`, 'ParameterNotFound'],
    ['the ARN of an account', `arn:aws:ssm:us-east-1:123456789012:parameter${NOBLE}`, 'ParameterNotFound'],
    ['a name with a space inside', '/aws/service/two words', 'ValidationException'],
    ['the name of an object', '__proto__', 'ParameterNotFound'],
  ])('refuses %s', async (_, name, code) => {
    expect(await refusal(get(name))).toBe(code);
  });
});

describe('GetParameters', () => {
  test('lists what it finds by name, and what it does not', async () => {
    const { Parameters, InvalidParameters } = await client.send(
      new GetParametersCommand({ Names: [NOBLE, '/none', JAMMY, `${NOBLE}:9`, NOBLE] }),
    );
    expect(Parameters?.map(({ Name }) => Name)).toEqual([JAMMY, NOBLE]);
    expect(InvalidParameters).toEqual(['/none', `${NOBLE}:9`]);
  });

  test('takes ten names at most, and at least one', async () => {
    const names = (count: number) => Array.from({ length: count }, (_, index) => `/none/${index}`);
    const call = (Names: string[]) => client.send(new GetParametersCommand({ Names }));
    expect((await call(names(10))).InvalidParameters).toHaveLength(10);
    expect(await refusal(call(names(11)))).toBe('ValidationException');
    expect(await refusal(call([]))).toBe('ValidationException');
  });
});

describe('GetParametersByPath', () => {
  const list = async (input: { Path: string; Recursive?: boolean; MaxResults?: number; NextToken?: string }) => {
    const { Parameters = [], NextToken } = await client.send(new GetParametersByPathCommand(input));
    return { names: Parameters.map(({ Name }) => Name!), NextToken };
  };

  test('lists what stands right under a path, or all that does', async () => {
    const Path = '/aws/service/ami-amazon-linux-latest';
    const names = [`${Path}/al2023-ami-kernel-default-arm64`, `${Path}/al2023-ami-kernel-default-x86_64`];
    expect(await list({ Path })).toEqual({ names });
    expect(await list({ Path: `${Path}/` })).toEqual({ names });
    expect(await list({ Path: UBUNTU })).toEqual({ names: [] });
    expect((await list({ Path: UBUNTU, Recursive: true })).names).toHaveLength(4);
    expect(await list({ Path: '/aws/service/ami-amazon', Recursive: true })).toEqual({ names: [] });
  });

  test('comes in pages that are complete and have nothing twice, of any size up to ten', async () => {
    const whole = { Path: '/aws/service', Recursive: true };
    const first = await list(whole);
    expect(first.names).toHaveLength(10);
    for (const MaxResults of [1, 4, 10]) {
      const names: string[] = [];
      for (let NextToken: string | undefined, more = true; more; more = NextToken !== undefined) {
        const page = await list({ ...whole, MaxResults, ...(NextToken === undefined ? {} : { NextToken }) });
        names.push(...page.names);
        NextToken = page.NextToken;
      }
      expect(names).toHaveLength(16);
      expect(names).toEqual([...new Set(names)].sort());
    }
    expect(await refusal(list({ ...whole, MaxResults: 0 }))).toBe('ValidationException');
    expect(await refusal(list({ ...whole, MaxResults: 11 }))).toBe('ValidationException');
  });

  test('refuses a token of another listing, a path without a slash, and what it does not know', async () => {
    const { NextToken = '' } = await list({ Path: '/aws/service', Recursive: true, MaxResults: 1 });
    expect(await refusal(list({ Path: UBUNTU, Recursive: true, NextToken }))).toBe('InvalidNextToken');
    expect(await refusal(list({ Path: '/aws/service', NextToken }))).toBe('InvalidNextToken');
    expect(await refusal(list({ Path: 'aws' }))).toBe('ValidationException');
    const ParameterFilters = [{ Key: 'Type', Values: ['String'] }];
    const filtered = client.send(new GetParametersByPathCommand({ Path: '/aws/service', ParameterFilters }));
    expect(await refusal(filtered)).toBe('ValidationException');
  });
});

test('an action that is not there is refused', async () => {
  const put = new PutParameterCommand({ Name: '/mine', Value: 'x', Type: 'String' });
  expect(await refusal(client.send(put))).toBe('UnknownOperationException');
});

test('nonsense is refused, never an error of the emulator itself', async () => {
  const member = fc.constantFrom('Name', 'Names', 'Path', 'Recursive', 'MaxResults', 'NextToken');
  const value = fc.oneof(fc.jsonValue(), fc.string({ unit: 'binary' }), fc.constantFrom(NOBLE, '/', `${NOBLE}:`));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...Object.keys(ssm.actions)),
      fc.oneof(fc.jsonValue(), fc.dictionary(member, value)),
      async (action, input) => {
        const { status } = await answerJson(ssm, server.context('one'), `AmazonSSM.${action}`, JSON.stringify(input));
        expect(status).toBeLessThan(500);
      },
    ),
    { numRuns: 1_000 },
  );
});

describe('an image', () => {
  const image = (id: string, created: string, rest = {}) => ({ id, created, parameters: ['/aws/service/x'], ...rest });

  test('is the value until a newer one is there, in whatever order they are written', () => {
    const images = [
      image('b', '2026-02-01T00:00:00Z'),
      image('c', '2026-03-01T00:00:00Z'),
      image('a', '2026-01-01T00:00:00Z'),
    ];
    expect(
      publicParameters(images)
        .get('/aws/service/x')
        ?.map(({ value }) => value),
    ).toEqual(['a', 'b', 'c']);
  });

  test('is no value as long as it can not be launched', () => {
    const pending = image('new', '2026-02-01T00:00:00Z', { state: 'pending' });
    const versions = publicParameters([image('old', '2026-01-01T00:00:00Z'), pending]).get('/aws/service/x');
    expect(versions?.map(({ value }) => value)).toEqual(['old']);
  });
});

describe('the images of the emulator', () => {
  type Image = {
    id: string;
    owner: string;
    name: string;
    architecture: string;
    created: string;
    root_device: string;
    root_gb: number;
    state?: string;
    deprecated?: string;
    parameters?: string[];
  };
  const { images } = JSON.parse(readFileSync(new URL('../data/images.json', import.meta.url), 'utf8')) as {
    images: Image[];
  };
  const owners = ['099720109477', '136693071363', '137112412989', '898082745236'];

  test("have ids of AWS's form that are not used twice, and all that an image needs", () => {
    expect(new Set(images.map(({ id }) => id)).size).toBe(images.length);
    for (const image of images) {
      expect(image.id).toMatch(/^ami-[0-9a-f]{17}$/);
      expect(owners).toContain(image.owner);
      expect(['x86_64', 'arm64']).toContain(image.architecture);
      expect(new Date(image.created).toISOString()).toBe(image.created);
      expect(image.root_device).toMatch(/^\/dev\/(sda1|xvda)$/);
      expect(image.root_gb).toBeGreaterThanOrEqual(8);
    }
  });

  const linux = (arch: string) => (arch === 'x86_64' ? 'amd64' : 'arm64');
  const published = ['x86_64', 'arm64'].flatMap((arch) => [
    [`${UBUNTU}/24.04/stable/current/${linux(arch)}/hvm/ebs-gp3/ami-id`, '099720109477', arch],
    [`${UBUNTU}/22.04/stable/current/${linux(arch)}/hvm/ebs-gp2/ami-id`, '099720109477', arch],
    [`/aws/service/debian/release/12/latest/${linux(arch)}`, '136693071363', arch],
    [`/aws/service/debian/release/13/latest/${linux(arch)}`, '136693071363', arch],
    [`/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-${arch}`, '137112412989', arch],
    ...['ubuntu-22.04', 'ubuntu-24.04', 'amazon-linux-2023'].map((os) => [
      `/aws/service/deeplearning/ami/${arch}/base-oss-nvidia-driver-gpu-${os}/latest/ami-id`,
      '898082745236',
      arch,
    ]),
  ]) as [string, string, string][];

  test.each(published)(
    '%s is an image of its owner and architecture that is not deprecated',
    async (name, owner, arch) => {
      const { Value } = await get(name);
      const image = images.find(({ id }) => id === Value);
      expect(image).toMatchObject({ owner, architecture: arch });
      expect(image?.deprecated).toBeUndefined();
      expect(image?.state ?? 'available').toBe('available');
    },
  );

  test('are one of each owner that is deprecated, and one that is pending', () => {
    const deprecated = images.filter((image) => image.deprecated !== undefined);
    expect(deprecated.map(({ owner }) => owner).sort()).toEqual(owners);
    for (const image of deprecated) expect(Date.parse(image.deprecated!)).toBeGreaterThan(Date.parse(image.created));
    expect(images.filter(({ state = 'available' }) => state === 'pending')).toHaveLength(1);
  });
});
