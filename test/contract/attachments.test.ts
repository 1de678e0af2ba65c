// How volumes are attached and detached, and what a termination leaves of them (facts/ec2.md 1.6).

import {
  AttachVolumeCommand,
  DescribeVolumesCommand,
  DetachVolumeCommand,
  StopInstancesCommand,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { instance, instanceIn, volume, volumeAttached, volumeGone, volumeIn } from './support/looks.ts';
import { codeOf } from './support/refusal.ts';
import { until } from './support/until.ts';

const aws = contract();

const NO_VOLUME = 'vol-0123456789abcdef0';
const NOBODY = 'i-0123456789abcdef0';
const attach = (VolumeId: string, InstanceId: string, Device = '/dev/sdf') =>
  aws.ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device }));
const detach = (VolumeId: string, where: { InstanceId?: string; Device?: string } = {}) =>
  aws.ec2.send(new DetachVolumeCommand({ VolumeId, ...where }));

async function attached(): Promise<{ VolumeId: string; InstanceId: string }> {
  const { InstanceId } = await aws.make.launchRunning();
  const VolumeId = await aws.make.availableVolume();
  await attach(VolumeId, InstanceId);
  await volumeAttached(aws, VolumeId);
  return { VolumeId, InstanceId };
}

async function stop(InstanceId: string): Promise<void> {
  await aws.ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
  await instanceIn(aws, 'stopped', InstanceId);
}

const rootOf = async (InstanceId: string): Promise<string> => {
  const { BlockDeviceMappings, RootDeviceName } = await instance(aws, InstanceId);
  return BlockDeviceMappings!.find(({ DeviceName }) => DeviceName === RootDeviceName)!.Ebs!.VolumeId!;
};

capability(
  'attachments',
  () => [attach(NO_VOLUME, NOBODY), detach(NO_VOLUME)],
  (it) => {
    it('an attached volume is in use, and its instance has it (1.6)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const VolumeId = await aws.make.availableVolume();
      expect(await attach(VolumeId, InstanceId)).toMatchObject({
        VolumeId,
        InstanceId,
        Device: '/dev/sdf',
        State: expect.stringMatching(/^attach(ing|ed)$/),
        AttachTime: expect.any(Date),
      });
      expect(await volumeAttached(aws, VolumeId)).toMatchObject({
        State: 'in-use',
        Attachments: [{ InstanceId, Device: '/dev/sdf', State: 'attached', DeleteOnTermination: false }],
      });
      const { BlockDeviceMappings } = await instance(aws, InstanceId);
      expect(BlockDeviceMappings).toContainEqual(
        expect.objectContaining({ DeviceName: '/dev/sdf', Ebs: expect.objectContaining({ VolumeId }) }),
      );
    });

    it('it is found by its instance (1.6)', async () => {
      const { VolumeId, InstanceId } = await attached();
      const Filters = [
        { Name: 'attachment.instance-id', Values: [InstanceId] },
        { Name: 'attachment.device', Values: ['/dev/sdf'] },
      ];
      const { Volumes } = await aws.ec2.send(new DescribeVolumesCommand({ Filters }));
      expect(Volumes!.map((each) => each.VolumeId)).toEqual([VolumeId]);
    });

    it('a detached volume is available, and its instance has it no more (1.6)', async () => {
      const { VolumeId, InstanceId } = await attached();
      expect(await detach(VolumeId)).toMatchObject({
        VolumeId,
        InstanceId,
        State: expect.stringMatching(/^detach(ing|ed)$/),
      });
      expect((await volumeIn(aws, 'available', VolumeId)).Attachments ?? []).toEqual([]);
      const without = await until(
        'the instance has lost it',
        () => instance(aws, InstanceId),
        ({ BlockDeviceMappings }) => BlockDeviceMappings!.every(({ Ebs }) => Ebs!.VolumeId !== VolumeId),
      );
      expect(without.State?.Name).toBe('running');
    });

    it('it can be attached to another instance then (1.6)', async () => {
      const { VolumeId } = await attached();
      const other = await aws.make.launchRunning();
      await detach(VolumeId);
      await volumeIn(aws, 'available', VolumeId);
      await attach(VolumeId, other.InstanceId);
      expect((await volumeAttached(aws, VolumeId)).Attachments).toMatchObject([{ InstanceId: other.InstanceId }]);
    });

    it('a volume of another zone is refused (1.6)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const VolumeId = await aws.make.availableVolume({ AvailabilityZone: aws.around.otherZone });
      expect(await codeOf(attach(VolumeId, InstanceId))).toBe('InvalidVolume.ZoneMismatch');
    });

    it('a volume that is attached already is refused, to its own instance as well (1.6)', async () => {
      const { VolumeId, InstanceId } = await attached();
      const other = await aws.make.launchRunning();
      expect(await codeOf(attach(VolumeId, other.InstanceId))).toBe('VolumeInUse');
      expect(await codeOf(attach(VolumeId, InstanceId, '/dev/sdg'))).toBe('VolumeInUse');
      expect((await volume(aws, VolumeId)).Attachments).toMatchObject([{ InstanceId, Device: '/dev/sdf' }]);
    });

    it('a pending instance takes none, a stopped one does (1.6)', async () => {
      const VolumeId = await aws.make.availableVolume();
      const { InstanceId } = await aws.make.launch();
      expect(
        await codeOf(
          until(
            'it is known',
            () => attach(VolumeId, InstanceId),
            () => true,
          ),
        ),
      ).toBe('IncorrectState');
      await instanceIn(aws, 'running', InstanceId);
      await stop(InstanceId);
      await attach(VolumeId, InstanceId);
      expect((await volumeAttached(aws, VolumeId)).Attachments).toMatchObject([{ InstanceId }]);
    });

    it('a device name is given once (1.6)', async () => {
      const { InstanceId } = await attached();
      const { RootDeviceName } = await instance(aws, InstanceId);
      const VolumeId = await aws.make.availableVolume();
      expect(await codeOf(attach(VolumeId, InstanceId, '/dev/sdf'))).toBe('InvalidParameterValue');
      expect(await codeOf(attach(VolumeId, InstanceId, RootDeviceName))).toBe('InvalidParameterValue');
      expect(await codeOf(attach(VolumeId, InstanceId, 'not a device'))).toBe('InvalidParameterValue');
      expect((await volume(aws, VolumeId)).State).toBe('available');
    });

    it('what does not exist can’t be attached (1.11)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const VolumeId = await aws.make.availableVolume();
      expect(await codeOf(attach(NO_VOLUME, InstanceId))).toBe('InvalidVolume.NotFound');
      expect(await codeOf(attach(VolumeId, NOBODY))).toBe('InvalidInstanceID.NotFound');
    });

    it('a volume that is attached to nothing can’t be detached (1.6)', async () => {
      expect(await codeOf(detach(await aws.make.availableVolume()))).toBe('IncorrectState');
      expect(await codeOf(detach(NO_VOLUME))).toBe('InvalidVolume.NotFound');
    });

    it('a volume is not detached from an instance that does not have it (1.6, 1.11)', async () => {
      const { VolumeId, InstanceId } = await attached();
      const other = await aws.make.launchRunning();
      expect(await codeOf(detach(VolumeId, { InstanceId: other.InstanceId }))).toBe('InvalidAttachment.NotFound');
      expect((await volume(aws, VolumeId)).Attachments).toMatchObject([{ InstanceId, State: 'attached' }]);
    });

    it('the root is detached from a stopped instance only (1.6)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const root = await rootOf(InstanceId);
      expect(await codeOf(detach(root))).toBe('OperationNotPermitted');
      await stop(InstanceId);
      aws.make.litter.volumes.add(root);
      await detach(root);
      await volumeIn(aws, 'available', root);
    });
  },
);

capability(
  'DeleteOnTermination',
  () => [attach(NO_VOLUME, NOBODY)],
  (it) => {
    it('is on for what a launch makes, the root and others, and off for what is attached later (1.6)', async () => {
      const { RootDeviceName } = aws.around.image;
      const { InstanceId } = await aws.make.launchRunning({
        BlockDeviceMappings: [
          { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 1, VolumeType: 'gp3' } },
          { DeviceName: '/dev/sdg', Ebs: { VolumeSize: 1, VolumeType: 'gp3', DeleteOnTermination: false } },
        ],
      });
      const later = await aws.make.availableVolume();
      await attach(later, InstanceId, '/dev/sdh');
      await volumeAttached(aws, later);

      const { BlockDeviceMappings } = await instance(aws, InstanceId);
      const byDevice = new Map(BlockDeviceMappings!.map(({ DeviceName, Ebs }) => [DeviceName, Ebs!]));
      const kept = byDevice.get('/dev/sdg')!.VolumeId!;
      expect(Object.fromEntries([...byDevice].map(([device, ebs]) => [device, ebs.DeleteOnTermination]))).toEqual({
        [RootDeviceName]: true,
        '/dev/sdf': true,
        '/dev/sdg': false,
        '/dev/sdh': false,
      });

      await aws.make.terminate(InstanceId);
      await volumeGone(aws, byDevice.get(RootDeviceName)!.VolumeId!);
      await volumeGone(aws, byDevice.get('/dev/sdf')!.VolumeId!);
      for (const id of [kept, later]) {
        expect((await volumeIn(aws, 'available', id)).Attachments ?? []).toEqual([]);
      }
    });

    it('what a launch says about the root holds (1.6)', async () => {
      const { image } = aws.around;
      const { InstanceId } = await aws.make.launchRunning({
        BlockDeviceMappings: [
          { DeviceName: image.RootDeviceName, Ebs: { DeleteOnTermination: false, VolumeSize: 30 } },
        ],
      });
      const root = await rootOf(InstanceId);
      expect(await volume(aws, root)).toMatchObject({ Size: 30, Attachments: [{ DeleteOnTermination: false }] });
      await aws.make.terminate(InstanceId);
      await volumeIn(aws, 'available', root);
    });
  },
);
