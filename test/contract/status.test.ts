// How instances and volumes are: their status checks, their consoles, and a reboot (facts/ec2.md 1.9).

import {
  DescribeInstanceStatusCommand,
  type DescribeInstanceStatusCommandInput,
  DescribeVolumeStatusCommand,
  GetConsoleOutputCommand,
  type InstanceStatus,
  RebootInstancesCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { isOurs } from './support/endpoint.ts';
import { instance, instanceIn } from './support/looks.ts';
import { codeOf } from './support/refusal.ts';
import { until } from './support/until.ts';

const aws = contract();

const NOBODY = 'i-0123456789abcdef0';
const statuses = async (input: DescribeInstanceStatusCommandInput): Promise<InstanceStatus[]> =>
  (await aws.ec2.send(new DescribeInstanceStatusCommand(input))).InstanceStatuses!;
const output = (InstanceId: string, Latest?: boolean) =>
  aws.ec2.send(new GetConsoleOutputCommand({ InstanceId, Latest }));
const reboot = (...InstanceIds: string[]) => aws.ec2.send(new RebootInstancesCommand({ InstanceIds }));

async function stopped(): Promise<string> {
  const { InstanceId } = await aws.make.launchRunning();
  await aws.ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
  await instanceIn(aws, 'stopped', InstanceId);
  return InstanceId;
}

capability(
  'instance status',
  () => [statuses({ InstanceIds: [NOBODY] })],
  (it) => {
    it('a running instance has three checks, of which the first result takes a while (1.9)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const look = () => statuses({ InstanceIds: [InstanceId] });
      const [status] = await until('it has a status', look, (found) => found.length === 1);
      expect(status).toMatchObject({
        InstanceId,
        AvailabilityZone: aws.around.zone,
        InstanceState: { Code: 16, Name: 'running' },
      });
      for (const check of [status!.SystemStatus, status!.InstanceStatus, status!.AttachedEbsStatus]) {
        const Name = 'reachability';
        expect([
          { Status: 'initializing', Details: [{ Name, Status: 'initializing' }] },
          { Status: 'ok', Details: [{ Name, Status: 'passed' }] },
        ]).toContainEqual(check);
      }
      expect(status!.Events ?? []).toEqual([]);
    });

    it('a healthy one comes to pass them all (1.9)', async () => {
      // The checks run once a minute: too long for a test that we wait for each time.
      if (isOurs) return;
      const { InstanceId } = await aws.make.launchRunning();
      const passes = ([one]: InstanceStatus[]) =>
        [one?.SystemStatus, one?.InstanceStatus, one?.AttachedEbsStatus].every((check) => check?.Status === 'ok');
      await until('it passes', () => statuses({ InstanceIds: [InstanceId] }), passes);
    });

    it('one that does not run is told of only where all are asked for (1.9)', async () => {
      const id = await stopped();
      expect(await statuses({ InstanceIds: [id] })).toEqual([]);
      const [status] = await statuses({ InstanceIds: [id], IncludeAllInstances: true });
      expect(status).toMatchObject({
        InstanceId: id,
        InstanceState: { Code: 80, Name: 'stopped' },
        SystemStatus: { Status: 'not-applicable' },
        InstanceStatus: { Status: 'not-applicable' },
      });
    });

    it('they are found by state and zone (1.4)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const count = async (Name: string, value: string) =>
        (await statuses({ InstanceIds: [InstanceId], Filters: [{ Name, Values: [value] }] })).length;
      expect(await count('instance-state-name', 'running')).toBe(1);
      expect(await count('instance-state-name', 'stopped')).toBe(0);
      expect(await count('availability-zone', aws.around.zone)).toBe(1);
      expect(await count('availability-zone', aws.around.otherZone)).toBe(0);
    });

    it('ids can’t be combined with MaxResults, nor be unknown (1.4)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      expect(await codeOf(statuses({ InstanceIds: [InstanceId], MaxResults: 5 }))).toBe('InvalidParameterCombination');
      expect(await codeOf(statuses({ InstanceIds: [InstanceId, NOBODY] }))).toBe('InvalidInstanceID.NotFound');
    });

    it('all pages together are all instances, once (1.4)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const ids: string[] = [];
      let NextToken: string | undefined;
      do {
        const page = await aws.ec2.send(new DescribeInstanceStatusCommand({ MaxResults: 5, NextToken }));
        ids.push(...page.InstanceStatuses!.map((each) => each.InstanceId!));
        ({ NextToken } = page);
      } while (NextToken);
      expect(ids).toContain(InstanceId);
      expect(new Set(ids).size).toBe(ids.length);
    });
  },
);

const volumeStatus = async (id: string) =>
  (await aws.ec2.send(new DescribeVolumeStatusCommand({ VolumeIds: [id] }))).VolumeStatuses!;

capability(
  'volume status',
  () => [volumeStatus('vol-0123456789abcdef0')],
  (it) => {
    it('a volume takes I/O, once that has been checked (7, Read)', async () => {
      const VolumeId = await aws.make.availableVolume();
      const isOk = ([one]: { VolumeStatus?: { Status?: string } }[]) => one?.VolumeStatus?.Status === 'ok';
      const [status] = await until('it is checked', () => volumeStatus(VolumeId), isOk);
      expect(status).toMatchObject({ VolumeId, AvailabilityZone: aws.around.zone });
      expect(status!.VolumeStatus!.Details).toContainEqual({ Name: 'io-enabled', Status: 'passed' });
      expect(status!.Events ?? []).toEqual([]);
    });

    it('one that never was has none (1.11)', async () => {
      expect(await codeOf(volumeStatus('vol-0123456789abcdef0'))).toBe('InvalidVolume.NotFound');
    });
  },
);

capability(
  'console output',
  () => [output(NOBODY)],
  (it) => {
    it('is text in base64, with its time, or none yet (1.9)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      for (const latest of [undefined, true]) {
        const { Output, Timestamp, ...rest } = await output(InstanceId, latest);
        expect(rest.InstanceId).toBe(InstanceId);
        expect(Timestamp).toBeInstanceOf(Date);
        expect(Output ?? '').toBe(Buffer.from(Output ?? '', 'base64').toString('base64'));
      }
    });

    it('one that never was has none (1.11)', async () => {
      expect(await codeOf(output(NOBODY))).toBe('InvalidInstanceID.NotFound');
      expect(await codeOf(output('none'))).toBe('InvalidInstanceID.Malformed');
    });
  },
);

capability(
  'reboot',
  () => [reboot(NOBODY)],
  (it) => {
    it('a rebooted instance stays what it was: running, with its address and volumes (SDK)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const before = await instance(aws, InstanceId);
      await reboot(InstanceId);
      const after = await instance(aws, InstanceId);
      expect(after.State).toEqual({ Code: 16, Name: 'running' });
      expect([after.PrivateIpAddress, after.BlockDeviceMappings]).toEqual([
        before.PrivateIpAddress,
        before.BlockDeviceMappings,
      ]);
    });

    it('asked of one that is terminated it is ignored (SDK)', async () => {
      const { InstanceId } = await aws.make.launch();
      await aws.make.terminate(InstanceId);
      await reboot(InstanceId);
      expect((await instance(aws, InstanceId)).State?.Name).toBe('terminated');
    });

    it('one unknown id fails the whole call (1.4)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      expect(await codeOf(reboot(InstanceId, NOBODY))).toBe('InvalidInstanceID.NotFound');
    });
  },
);
