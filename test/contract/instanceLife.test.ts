// How instances are launched, stopped, started and terminated (facts/ec2.md 1.2, 1.5).

import {
  type Instance,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { INSTANCE_TYPE } from './support/endpoint.ts';
import { instance, instanceIn, instancesBy } from './support/looks.ts';
import { codeOf, oneOf } from './support/refusal.ts';
import { until } from './support/until.ts';

const aws = contract();

const NOBODY = 'i-0123456789abcdef0';
const stop = (...InstanceIds: string[]) => aws.ec2.send(new StopInstancesCommand({ InstanceIds }));
const start = (...InstanceIds: string[]) => aws.ec2.send(new StartInstancesCommand({ InstanceIds }));
const terminate = (...InstanceIds: string[]) => aws.ec2.send(new TerminateInstancesCommand({ InstanceIds }));

async function stopped(): Promise<Instance & { readonly InstanceId: string }> {
  const { InstanceId } = await aws.make.launchRunning();
  await stop(InstanceId);
  return instanceIn(aws, 'stopped', InstanceId);
}

capability(
  'launches',
  () => [aws.ec2.send(new RunInstancesCommand({ ImageId: 'none', MinCount: 1, MaxCount: 1, DryRun: true }))],
  (it) => {
    it('a launch answers pending, with what was asked for and what was added (1.2)', async () => {
      const { image, zone, architecture } = aws.around;
      const { ReservationId, OwnerId, Instances } = await aws.make.run();
      expect([ReservationId, OwnerId]).toEqual([
        expect.stringMatching(/^r-[0-9a-f]+$/),
        expect.stringMatching(/^\d{12}$/),
      ]);
      expect(Instances).toHaveLength(1);
      expect(Instances![0]).toMatchObject({
        InstanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/),
        ImageId: image.ImageId,
        InstanceType: INSTANCE_TYPE,
        Architecture: architecture,
        Placement: { AvailabilityZone: zone },
        State: { Code: 0, Name: 'pending' },
        AmiLaunchIndex: 0,
        RootDeviceName: image.RootDeviceName,
        RootDeviceType: 'ebs',
        VirtualizationType: 'hvm',
        PrivateIpAddress: expect.stringMatching(/^\d+\.\d+\.\d+\.\d+$/),
        SubnetId: expect.stringMatching(/^subnet-/),
        VpcId: expect.stringMatching(/^vpc-/),
        LaunchTime: expect.any(Date),
      });
    });

    it('it runs a while later, and has its root volume (1.2)', async () => {
      const { InstanceId } = await aws.make.launch();
      const running = await instanceIn(aws, 'running', InstanceId);
      expect(running.State).toEqual({ Code: 16, Name: 'running' });
      expect(running.BlockDeviceMappings).toMatchObject([
        { DeviceName: running.RootDeviceName, Ebs: { VolumeId: expect.stringMatching(/^vol-/) } },
      ]);
    });

    it('two instances of one launch are one reservation, numbered from 0 (1.2)', async () => {
      const { ReservationId, Instances } = await aws.make.run({ MinCount: 2, MaxCount: 2 });
      expect(new Set(Instances!.map((each) => each.AmiLaunchIndex))).toEqual(new Set([0, 1]));
      const byReservation = () => instancesBy(aws, { Name: 'reservation-id', Values: [ReservationId!] });
      await until('both are found', byReservation, (found) => found.length === 2);
    });

    it('user data has up to 16 KB, in base64 (1.2)', async () => {
      const sized = (bytes: number) => aws.make.launch({ UserData: Buffer.alloc(bytes, '#').toString('base64') });
      expect((await sized(16_384)).InstanceId).toMatch(/^i-/);
      expect(await codeOf(sized(16_385))).toBe('InvalidParameterValue');
      expect(await codeOf(aws.make.launch({ UserData: '!?' }))).toMatch(
        /^(InvalidUserData.Malformed|InvalidParameterValue)$/,
      );
    });

    it('what is asked of the metadata service is what the instance has (1.9)', async () => {
      const MetadataOptions = {
        HttpTokens: 'required',
        HttpEndpoint: 'enabled',
        HttpPutResponseHopLimit: 64,
        InstanceMetadataTags: 'enabled',
      } as const;
      const { InstanceId } = await aws.make.launch({ MetadataOptions });
      const seen = await until(
        'it is seen',
        () => instance(aws, InstanceId),
        () => true,
      );
      expect(seen.MetadataOptions).toMatchObject(MetadataOptions);
    });
  },
);

capability(
  'termination',
  () => [terminate(NOBODY)],
  (it) => {
    it('goes through shutting-down to terminated, and tells why (1.2, 1.5)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const { TerminatingInstances } = await terminate(InstanceId);
      expect(TerminatingInstances).toEqual([
        { InstanceId, PreviousState: { Code: 16, Name: 'running' }, CurrentState: { Code: 32, Name: 'shutting-down' } },
      ]);
      const ended = await instanceIn(aws, 'terminated', InstanceId);
      expect(ended.State).toEqual({ Code: 48, Name: 'terminated' });
      expect(ended.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
      expect(ended.BlockDeviceMappings ?? []).toEqual([]);
    });

    it('each further call succeeds, and the instance stays visible (1.4, 1.5)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      await terminate(InstanceId);
      await terminate(InstanceId);
      await instanceIn(aws, 'terminated', InstanceId);
      const { TerminatingInstances } = await terminate(InstanceId);
      expect(TerminatingInstances).toMatchObject([
        { InstanceId, PreviousState: { Name: 'terminated' }, CurrentState: { Name: 'terminated' } },
      ]);
      expect(await instance(aws, InstanceId)).toMatchObject({ InstanceId, State: { Name: 'terminated' } });
    });

    it('an instance that is still pending can be terminated (1.5)', async () => {
      const { InstanceId } = await aws.make.launch();
      await until(
        'it is known',
        () => terminate(InstanceId),
        () => true,
      );
      await instanceIn(aws, 'terminated', InstanceId);
    });

    it('it can be forced, and the system’s own shutdown left out (1.5)', async () => {
      for (const how of [{ Force: true }, { SkipOsShutdown: true }]) {
        const { InstanceId } = await aws.make.launchRunning();
        await aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId], ...how }));
        await instanceIn(aws, 'terminated', InstanceId);
      }
    });

    it('with one id that is not known none is terminated (1.5)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      expect(await codeOf(terminate(InstanceId, NOBODY))).toBe('InvalidInstanceID.NotFound');
      expect((await instance(aws, InstanceId)).State?.Name).toBe('running');
    });

    it('a protected instance is not terminated, nor is another one of its zone (1.5)', async () => {
      const one = await aws.make.launchRunning({ DisableApiTermination: true });
      const other = await aws.make.launchRunning();
      expect(await codeOf(terminate(one.InstanceId))).toBe('OperationNotPermitted');
      expect(await codeOf(terminate(one.InstanceId, other.InstanceId))).toBe('OperationNotPermitted');
      const states = [await instance(aws, one.InstanceId), await instance(aws, other.InstanceId)];
      expect(states.map(({ State }) => State?.Name)).toEqual(['running', 'running']);
    });

    it('beside a protected instance those of other zones are terminated, though the call fails (1.5)', async () => {
      const here = await aws.make.launchRunning({ DisableApiTermination: true });
      const there = await aws.make.launchRunning({ Placement: { AvailabilityZone: aws.around.otherZone } });
      expect(await codeOf(terminate(here.InstanceId, there.InstanceId))).toBe('OperationNotPermitted');
      await instanceIn(aws, 'terminated', there.InstanceId);
      expect((await instance(aws, here.InstanceId)).State?.Name).toBe('running');
    });
  },
);

capability(
  'stop and start',
  () => [stop(NOBODY), start(NOBODY)],
  (it) => {
    it('a stop goes through stopping to stopped, and keeps address and volumes (1.5)', async () => {
      const before = await aws.make.launchRunning();
      const { StoppingInstances } = await stop(before.InstanceId);
      expect(StoppingInstances).toEqual([
        {
          InstanceId: before.InstanceId,
          PreviousState: { Code: 16, Name: 'running' },
          CurrentState: { Code: 64, Name: 'stopping' },
        },
      ]);
      const after = await instanceIn(aws, 'stopped', before.InstanceId);
      expect(after.State).toEqual({ Code: 80, Name: 'stopped' });
      expect(after.StateReason?.Code).toBe('Client.UserInitiatedShutdown');
      expect(after.PrivateIpAddress).toBe(before.PrivateIpAddress);
      expect(after.BlockDeviceMappings).toMatchObject([
        { Ebs: { VolumeId: before.BlockDeviceMappings![0]!.Ebs!.VolumeId } },
      ]);
    });

    it('a stop by force, or past the system’s own shutdown, is a stop as well (1.5)', async () => {
      for (const how of [{ Force: true }, { SkipOsShutdown: true }]) {
        const { InstanceId } = await aws.make.launchRunning();
        await aws.ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId], ...how }));
        await instanceIn(aws, 'stopped', InstanceId);
      }
    });

    it('one that was not launched for it can’t be hibernated (1.11)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const call = aws.ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId], Hibernate: true }));
      expect(await codeOf(call)).toMatch(oneOf('UnsupportedHibernationConfiguration', 'UnsupportedOperation'));
      expect((await instance(aws, InstanceId)).State?.Name).toBe('running');
    });

    it('a start brings the same instance back (1.5)', async () => {
      const before = await stopped();
      const { StartingInstances } = await start(before.InstanceId);
      expect(StartingInstances).toMatchObject([
        {
          InstanceId: before.InstanceId,
          PreviousState: { Name: 'stopped' },
          CurrentState: { Code: 0, Name: 'pending' },
        },
      ]);
      const after = await instanceIn(aws, 'running', before.InstanceId);
      expect(after.PrivateIpAddress).toBe(before.PrivateIpAddress);
      expect(after.StateReason?.Code ?? '').toBe('');
      // LaunchTime is the time of the newest start (SDK, Instance).
      expect(after.LaunchTime!.getTime()).toBeGreaterThan(before.LaunchTime!.getTime());
    });

    it('what is so already is a success (1.1)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      expect((await start(InstanceId)).StartingInstances).toMatchObject([{ CurrentState: { Name: 'running' } }]);
      await stop(InstanceId);
      await instanceIn(aws, 'stopped', InstanceId);
      expect((await stop(InstanceId)).StoppingInstances).toMatchObject([{ CurrentState: { Name: 'stopped' } }]);
    });

    it('an instance on its way to another state is refused (1.5)', async () => {
      const { InstanceId } = await aws.make.launch();
      expect(
        await codeOf(
          until(
            'it is known',
            () => stop(InstanceId),
            () => true,
          ),
        ),
      ).toBe('IncorrectInstanceState');
      await instanceIn(aws, 'running', InstanceId);
      await stop(InstanceId);
      expect(await codeOf(start(InstanceId))).toBe('IncorrectInstanceState');
    });

    it('a terminated instance can be neither stopped nor started (1.5)', async () => {
      const { InstanceId } = await aws.make.launch();
      await aws.make.terminate(InstanceId);
      expect(await codeOf(stop(InstanceId))).toBe('IncorrectInstanceState');
      expect(await codeOf(start(InstanceId))).toBe('IncorrectInstanceState');
    });

    it('a stopped instance can be terminated (1.5)', async () => {
      const { InstanceId } = await stopped();
      expect((await terminate(InstanceId)).TerminatingInstances).toMatchObject([
        { PreviousState: { Name: 'stopped' } },
      ]);
      await instanceIn(aws, 'terminated', InstanceId);
    });

    it('one unknown id fails the whole call (1.4)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      expect(await codeOf(stop(InstanceId, NOBODY))).toBe('InvalidInstanceID.NotFound');
      expect((await instance(aws, InstanceId)).State?.Name).toBe('running');
    });
  },
);
