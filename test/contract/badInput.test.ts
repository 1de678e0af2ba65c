// What is refused before anything is done: ids, parameters, numbers and actions that can't be (facts/ec2.md 1.11).

import {
  AttachVolumeCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { REGION } from './support/endpoint.ts';
import { codeOf, oneOf, refusalOf } from './support/refusal.ts';

const aws = contract();

const NOBODY = 'i-0123456789abcdef0';
const describe_ = (InstanceIds?: string[]) => aws.ec2.send(new DescribeInstancesCommand({ InstanceIds }));
/** A describe call with its form changed before it is signed. */
const raw = (change: (form: URLSearchParams) => void) => aws.rawEc2(change).send(new DescribeInstancesCommand({}));
const set = (name: string, value: string) => (form: URLSearchParams) => form.set(name, value);

capability(
  'ids told apart',
  () => [describe_([NOBODY])],
  (it) => {
    it('an instance’s id that can’t be is malformed, one that never was not found (1.11)', async () => {
      const calls: ((id: string) => Promise<unknown>)[] = [
        (id) => describe_([id]),
        (id) => aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] })),
        (id) => aws.ec2.send(new StopInstancesCommand({ InstanceIds: [id] })),
      ];
      for (const call of calls) {
        expect(await codeOf(call('none'))).toBe('InvalidInstanceID.Malformed');
        expect(await codeOf(call('i-none'))).toBe('InvalidInstanceID.Malformed');
        expect(await codeOf(call('i-0123456789abcdef01'))).toBe('InvalidInstanceID.Malformed');
        expect(await refusalOf(call(NOBODY))).toEqual({ code: 'InvalidInstanceID.NotFound', status: 400 });
      }
    });

    it('so is a volume’s (1.11)', async () => {
      const malformed = oneOf('InvalidVolumeID.Malformed', 'InvalidVolume.Malformed', 'InvalidParameterValue');
      for (const id of ['none', 'vol-none']) {
        expect(await codeOf(aws.ec2.send(new DescribeVolumesCommand({ VolumeIds: [id] })))).toMatch(malformed);
        expect(await codeOf(aws.ec2.send(new DeleteVolumeCommand({ VolumeId: id })))).toMatch(malformed);
      }
      const unknown = aws.ec2.send(new DescribeVolumesCommand({ VolumeIds: ['vol-0123456789abcdef0'] }));
      expect(await codeOf(unknown)).toBe('InvalidVolume.NotFound');
    });

    it('so is a snapshot’s (1.11)', async () => {
      const malformed = oneOf('InvalidSnapshotID.Malformed', 'InvalidSnapshot.Malformed', 'InvalidParameterValue');
      for (const id of ['none', 'snap-none']) {
        expect(await codeOf(aws.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: [id] })))).toMatch(malformed);
        expect(await codeOf(aws.ec2.send(new DeleteSnapshotCommand({ SnapshotId: id })))).toMatch(malformed);
      }
      const unknown = aws.ec2.send(new DescribeSnapshotsCommand({ SnapshotIds: ['snap-0123456789abcdef0'] }));
      expect(await codeOf(unknown)).toBe('InvalidSnapshot.NotFound');
    });

    it('so is an image’s, at a launch as well (1.11)', async () => {
      const calls: ((id: string) => Promise<unknown>)[] = [
        (id) => aws.ec2.send(new DescribeImagesCommand({ ImageIds: [id] })),
        (id) => aws.make.launch({ ImageId: id }),
      ];
      for (const call of calls) {
        expect(await codeOf(call('none'))).toBe('InvalidAMIID.Malformed');
        expect(await codeOf(call('ami-none'))).toBe('InvalidAMIID.Malformed');
        expect(await codeOf(call('ami-0123456789abcdef0'))).toBe('InvalidAMIID.NotFound');
      }
    });

    it('the volume and the instance of one call are told apart (1.11)', async () => {
      const attach = (VolumeId: string, InstanceId: string) =>
        aws.ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: '/dev/sdf' }));
      expect(await codeOf(attach('vol-0123456789abcdef0', 'none'))).toMatch(
        oneOf('InvalidInstanceID.Malformed', 'InvalidVolume.NotFound'),
      );
      const VolumeId = await aws.make.availableVolume();
      expect(await codeOf(attach(VolumeId, 'none'))).toBe('InvalidInstanceID.Malformed');
      expect(await codeOf(attach(VolumeId, NOBODY))).toBe('InvalidInstanceID.NotFound');
    });
  },
);

capability(
  'refusal of bad input',
  () => [describe_([NOBODY])],
  (it) => {
    it('a parameter that is not known is refused, not ignored (1.11, UnknownParameter)', async () => {
      for (const name of ['Colour', 'InstanceIdd.1', 'Filter.1.Colour', 'MaxResult']) {
        expect([name, await codeOf(raw(set(name, 'x')))]).toEqual([name, 'UnknownParameter']);
      }
    });

    it('a number that is none is refused (1.11)', async () => {
      for (const value of ['many', '5.5', '']) {
        const code = await codeOf(raw(set('MaxResults', value)));
        expect([value, code]).toEqual([
          value,
          expect.stringMatching(oneOf('InvalidParameterValue', 'MalformedQueryString', 'InvalidMaxResults')),
        ]);
      }
    });

    it('so is a yes or no that is neither (1.11)', async () => {
      expect(await codeOf(raw(set('DryRun', 'perhaps')))).toMatch(
        oneOf('InvalidParameterValue', 'MalformedQueryString'),
      );
    });

    it('so is an action that there is not (1.11)', async () => {
      expect(await refusalOf(raw(set('Action', 'DescribeUnicorns')))).toEqual({ code: 'InvalidAction', status: 400 });
    });

    it('so is a call without an action (1.11)', async () => {
      expect(await codeOf(raw((form) => form.delete('Action')))).toMatch(oneOf('MissingAction', 'InvalidAction'));
    });

    it('what a call needs is missed (1.11, MissingParameter)', async () => {
      expect(await codeOf(aws.make.launch({ ImageId: undefined }))).toBe('MissingParameter');
      expect(await codeOf(aws.make.launch({ MinCount: undefined }))).toBe('MissingParameter');
      expect(await codeOf(aws.make.launch({ MaxCount: undefined }))).toBe('MissingParameter');
      expect(await codeOf(aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [] })))).toMatch(
        oneOf('MissingParameter', 'InvalidParameterCombination'),
      );
      expect(await codeOf(aws.ec2.send(new DeleteVolumeCommand({ VolumeId: undefined })))).toBe('MissingParameter');
    });

    it('the counts of a launch have an order, and start from 1 (1.2)', async () => {
      for (const [MinCount, MaxCount] of [
        [0, 1],
        [0, 0],
        [-1, 1],
        [2, 1],
      ]) {
        const code = await codeOf(aws.make.launch({ MinCount, MaxCount }));
        expect([MinCount, MaxCount, code]).toEqual([
          MinCount,
          MaxCount,
          expect.stringMatching(oneOf('InvalidParameterValue', 'InvalidParameterCombination')),
        ]);
      }
    });

    it('the metadata’s hop limit is 1 to 64 (1.9)', async () => {
      for (const HttpPutResponseHopLimit of [0, 65]) {
        const code = await codeOf(aws.make.launch({ MetadataOptions: { HttpPutResponseHopLimit } }));
        expect([HttpPutResponseHopLimit, code]).toEqual([HttpPutResponseHopLimit, 'InvalidParameterValue']);
      }
    });

    it('a word that is none of a parameter’s is refused (1.11)', async () => {
      const wrong = [
        { MetadataOptions: { HttpTokens: 'perhaps' as 'required' } },
        { InstanceInitiatedShutdownBehavior: 'explode' as 'stop' },
        { InstanceMarketOptions: { MarketType: 'stolen' as 'spot' } },
      ];
      for (const launch of wrong) {
        const code = await codeOf(aws.make.launch(launch));
        expect([launch, code]).toEqual([launch, 'InvalidParameterValue']);
      }
    });

    it('a type that is none is refused (1.11)', async () => {
      const call = aws.make.launch({ InstanceType: 't3.enormous' as 't3.micro' });
      expect(await codeOf(call)).toMatch(oneOf('InvalidParameterValue', 'InvalidInstanceType'));
    });

    it('a zone that is none is refused (1.11)', async () => {
      const call = aws.make.launch({ Placement: { AvailabilityZone: 'us-east-1z' } });
      expect(await codeOf(call)).toMatch(
        oneOf('InvalidParameterValue', 'InvalidZone.NotFound', 'InvalidAvailabilityZone'),
      );
    });

    it('more than 1,000 instances are not terminated in one call (1.5)', async () => {
      const ids = Array.from({ length: 1_001 }, (_, n) => `i-${n.toString(16).padStart(17, 'a')}`);
      expect(await codeOf(aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: ids })))).toMatch(
        oneOf(
          'InvalidParameterValue',
          'ResourceCountExceeded',
          'InvalidInstanceID.NotFound',
          'InvalidParameterCombination',
        ),
      );
    });

    it('200 filters’ values are the most, of subnets as well (1.4)', async () => {
      const Values = Array.from({ length: 201 }, (_, n) => `subnet-${n}`);
      const call = aws.ec2.send(new DescribeSubnetsCommand({ Filters: [{ Name: 'subnet-id', Values }] }));
      expect(await codeOf(call)).toBe('FilterLimitExceeded');
    });

    it('a request without a signature is refused, and does nothing (1.11)', async () => {
      const { status } = await fetch(aws.url ?? `https://ec2.${REGION}.amazonaws.com`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'Action=DescribeInstances&Version=2016-11-15',
      });
      expect([400, 401, 403]).toContain(status);
    });

    it('a refusal says in words what is wrong (1.10)', async () => {
      const call = aws.make.launch({ ImageId: 'ami-0123456789abcdef0' });
      await expect(call).rejects.toMatchObject({
        name: 'InvalidAMIID.NotFound',
        message: expect.stringContaining('ami-0123456789abcdef0'),
        $metadata: { httpStatusCode: 400, requestId: expect.any(String) },
      });
    });
  },
);
