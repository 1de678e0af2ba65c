// Filters, ids and pages of the describe calls (facts/ec2.md 1.4).

import { randomUUID } from 'node:crypto';
import {
  DescribeInstancesCommand,
  type DescribeInstancesCommandInput,
  DescribeVolumesCommand,
  type Filter,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { INSTANCE_TYPE } from './support/endpoint.ts';
import { instance, instancesBy } from './support/looks.ts';
import { codeOf, oneOf } from './support/refusal.ts';
import { until } from './support/until.ts';

const aws = contract();

const NOBODY = 'i-0123456789abcdef0';
const describeInstances = (input: DescribeInstancesCommandInput) => aws.ec2.send(new DescribeInstancesCommand(input));
const filter = (Name: string, ...Values: string[]): Filter => ({ Name, Values });

/** Volumes named so, all with one tag that nothing else has. */
async function volumesNamed(...names: string[]): Promise<string> {
  const run = randomUUID();
  for (const name of names) {
    const Tags = [
      { Key: 'run', Value: run },
      { Key: 'n', Value: name },
    ];
    await aws.make.createVolume({ TagSpecifications: [{ ResourceType: 'volume', Tags }] });
  }
  await until(
    'all are found',
    () => namesBy(filter('tag:run', run)),
    (found) => found.length === names.length,
  );
  return run;
}

async function namesBy(...Filters: Filter[]): Promise<string[]> {
  const { Volumes } = await aws.ec2.send(new DescribeVolumesCommand({ Filters }));
  return Volumes!.map(({ Tags }) => Tags!.find(({ Key }) => Key === 'n')!.Value!).sort();
}

capability(
  'filters',
  () => [describeInstances({ Filters: [filter('tag:none', 'none')] })],
  (it) => {
    it('each filter must match, one of its values is enough (1.4)', async () => {
      const run = await volumesNamed('one', 'two', 'three');
      const among = (...filters: Filter[]) => namesBy(filter('tag:run', run), ...filters);
      expect(await among(filter('tag:n', 'one', 'two', 'four'))).toEqual(['one', 'two']);
      expect(await among(filter('tag:n', 'one'), filter('size', '1'))).toEqual(['one']);
      expect(await among(filter('tag:n', 'one'), filter('size', '2'))).toEqual([]);
    });

    it('* and ? are wildcards, and a backslash before them means themselves (1.4)', async () => {
      const run = await volumesNamed('a1', 'a22', 'b1', 'a*', 'a?');
      const matching = (pattern: string) => namesBy(filter('tag:run', run), filter('tag:n', pattern));
      expect(await matching('a*')).toEqual(['a*', 'a1', 'a22', 'a?']);
      expect(await matching('a?')).toEqual(['a*', 'a1', 'a?']);
      expect(await matching('*1')).toEqual(['a1', 'b1']);
      expect(await matching('a\\*')).toEqual(['a*']);
      expect(await matching('a\\?')).toEqual(['a?']);
      expect(await matching('a.')).toEqual([]);
    });

    it('the case of values counts (1.4)', async () => {
      const run = await volumesNamed('Case', 'case');
      expect(await namesBy(filter('tag:run', run), filter('tag:n', 'Case'))).toEqual(['Case']);
    });

    it('instances are found by what they are (1.4)', async () => {
      const launched = await aws.make.launchRunning();
      const { InstanceId } = launched;
      const seen = await instance(aws, InstanceId);
      const found = async (one: Filter) => (await instancesBy(aws, filter('instance-id', InstanceId), one)).length;
      const true_: Filter[] = [
        filter('instance-state-name', 'running', 'pending'),
        filter('instance-state-code', '16'),
        filter('instance-type', INSTANCE_TYPE),
        filter('image-id', aws.around.image.ImageId),
        filter('availability-zone', aws.around.zone),
        filter('architecture', aws.around.architecture),
        filter('client-token', launched.ClientToken!),
        filter('subnet-id', seen.SubnetId!),
        filter('vpc-id', seen.VpcId!),
        filter('private-ip-address', seen.PrivateIpAddress!),
        filter('root-device-name', seen.RootDeviceName!),
        filter('block-device-mapping.volume-id', seen.BlockDeviceMappings![0]!.Ebs!.VolumeId!),
        filter('tag-key', 'berth-contract'),
      ];
      for (const one of true_) expect([one.Name, await found(one)]).toEqual([one.Name, 1]);
      const false_: Filter[] = [
        filter('instance-state-name', 'stopped'),
        filter('instance-type', 'none'),
        filter('image-id', 'none'),
        filter('availability-zone', aws.around.otherZone),
        filter('tag-key', 'none'),
      ];
      for (const one of false_) expect([one.Name, await found(one)]).toEqual([one.Name, 0]);
    });

    it('a filter finds terminated instances, too (1.4)', async () => {
      const { InstanceId } = await aws.make.launch();
      await aws.make.terminate(InstanceId);
      const terminated = () =>
        instancesBy(aws, filter('instance-state-name', 'terminated'), filter('instance-id', InstanceId));
      await until('it is found', terminated, (found) => found.length === 1);
    });

    it('an id that a filter names may be of nothing (1.4)', async () => {
      expect(await instancesBy(aws, filter('instance-id', NOBODY))).toEqual([]);
    });

    it('a filter that the call does not have is refused (1.11)', async () => {
      expect(await codeOf(describeInstances({ Filters: [filter('colour', 'red')] }))).toMatch(
        oneOf('InvalidParameterValue', 'InvalidFilter'),
      );
    });

    it('200 values are the most (1.4)', async () => {
      const values = (count: number) => Array.from({ length: count }, (_, n) => `i-${String(n).padStart(17, '0')}`);
      expect(await instancesBy(aws, filter('instance-id', ...values(200)))).toEqual([]);
      expect(await codeOf(describeInstances({ Filters: [filter('instance-id', ...values(201))] }))).toBe(
        'FilterLimitExceeded',
      );
    });
  },
);

capability(
  'ids',
  () => [describeInstances({ InstanceIds: [NOBODY] })],
  (it) => {
    it('one invalid id is an error of the whole call (1.4)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      expect(await codeOf(describeInstances({ InstanceIds: [InstanceId, NOBODY] }))).toBe('InvalidInstanceID.NotFound');
      expect(await codeOf(describeInstances({ InstanceIds: [InstanceId, 'i-none'] }))).toBe(
        'InvalidInstanceID.Malformed',
      );
    });

    it('ids and filters narrow each other (1.4)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const count = async (state: string) => {
        const Filters = [filter('instance-state-name', state)];
        return (await describeInstances({ InstanceIds: [InstanceId], Filters })).Reservations!.length;
      };
      expect([await count('running'), await count('stopped')]).toEqual([1, 0]);
    });

    it('an id that is named twice is answered once (1.4)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const { Reservations } = await describeInstances({ InstanceIds: [InstanceId, InstanceId] });
      expect(Reservations!.flatMap(({ Instances }) => Instances!)).toHaveLength(1);
    });

    it('they can’t be combined with MaxResults (1.4)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      expect(await codeOf(describeInstances({ InstanceIds: [InstanceId], MaxResults: 5 }))).toBe(
        'InvalidParameterCombination',
      );
    });
  },
);

capability(
  'pages',
  () => [describeInstances({ MaxResults: 5 })],
  (it) => {
    it('all pages together are everything, once (1.4)', async () => {
      const names = Array.from({ length: 12 }, (_, n) => `n${String(n).padStart(2, '0')}`);
      const run = await volumesNamed(...names);
      const found: string[] = [];
      let pages = 0;
      let NextToken: string | undefined;
      do {
        const page = await aws.ec2.send(
          new DescribeVolumesCommand({ Filters: [filter('tag:run', run)], MaxResults: 5, NextToken }),
        );
        expect(page.Volumes!.length).toBeLessThanOrEqual(5);
        found.push(...page.Volumes!.map(({ Tags }) => Tags!.find(({ Key }) => Key === 'n')!.Value!));
        pages += 1;
        ({ NextToken } = page);
      } while (NextToken);
      expect(found.sort()).toEqual(names);
      expect(pages).toBeGreaterThanOrEqual(3);
    });

    it('a page has 5 to 1,000 (SDK)', async () => {
      for (const MaxResults of [5, 1_000]) await describeInstances({ MaxResults });
      for (const MaxResults of [-1, 4]) {
        expect(await codeOf(describeInstances({ MaxResults }))).toMatch(
          oneOf('InvalidParameterValue', 'InvalidMaxResults'),
        );
      }
    });

    it('a token that is none is refused (1.11)', async () => {
      expect(await codeOf(describeInstances({ NextToken: 'forged' }))).toMatch(
        oneOf('InvalidParameterValue', 'InvalidNextToken', 'InvalidPaginationToken'),
      );
    });
  },
);
