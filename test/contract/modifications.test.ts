// What is changed of instances and volumes that there are (facts/ec2.md 1.5, 1.6).

import { isDeepStrictEqual } from 'node:util';
import {
  DescribeVolumesModificationsCommand,
  ModifyInstanceAttributeCommand,
  type ModifyInstanceAttributeCommandInput,
  ModifyInstanceMetadataOptionsCommand,
  type ModifyInstanceMetadataOptionsCommandInput,
  ModifyVolumeCommand,
  type ModifyVolumeCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
  type VolumeModification,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { instance, instanceIn, volume, volumeGone, volumeIn } from './support/looks.ts';
import { codeOf, oneOf } from './support/refusal.ts';
import { until } from './support/until.ts';

const aws = contract();

const NOBODY = 'i-0123456789abcdef0';
const NO_VOLUME = 'vol-0123456789abcdef0';
const modifyInstance = (InstanceId: string, change: Partial<ModifyInstanceAttributeCommandInput>) =>
  aws.ec2.send(new ModifyInstanceAttributeCommand({ InstanceId, ...change }));
const terminate = (id: string) => aws.ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));

async function stop(InstanceId: string): Promise<void> {
  await aws.ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
  await instanceIn(aws, 'stopped', InstanceId);
}

capability(
  'changes of instances',
  () => [modifyInstance(NOBODY, { DisableApiTermination: { Value: false } })],
  (it) => {
    it('protection from termination can be put on and taken off while it runs (1.5)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      await modifyInstance(InstanceId, { DisableApiTermination: { Value: true } });
      aws.make.litter.protectedInstances.add(InstanceId);
      expect(await codeOf(terminate(InstanceId))).toBe('OperationNotPermitted');
      await modifyInstance(InstanceId, { DisableApiTermination: { Value: false } });
      aws.make.litter.protectedInstances.delete(InstanceId);
      await terminate(InstanceId);
      await instanceIn(aws, 'terminated', InstanceId);
    });

    it('protection from being stopped can, too (SDK)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      await modifyInstance(InstanceId, { DisableApiStop: { Value: true } });
      const call = aws.ec2.send(new StopInstancesCommand({ InstanceIds: [InstanceId] }));
      expect(await codeOf(call)).toMatch(oneOf('OperationNotPermitted', 'UnsupportedOperation'));
      await modifyInstance(InstanceId, { DisableApiStop: { Value: false } });
      await stop(InstanceId);
    });

    it('what becomes of a volume at the end can be changed, each way (1.6)', async () => {
      const Ebs = { VolumeSize: 1, VolumeType: 'gp3' } as const;
      const { InstanceId } = await aws.make.launchRunning({
        BlockDeviceMappings: [
          { DeviceName: '/dev/sdf', Ebs: { ...Ebs, DeleteOnTermination: true } },
          { DeviceName: '/dev/sdg', Ebs: { ...Ebs, DeleteOnTermination: false } },
        ],
      });
      const { BlockDeviceMappings } = await instance(aws, InstanceId);
      const ids = new Map(BlockDeviceMappings!.map((each) => [each.DeviceName, each.Ebs!.VolumeId!]));
      const [kept, deleted] = [ids.get('/dev/sdf')!, ids.get('/dev/sdg')!];
      await modifyInstance(InstanceId, {
        BlockDeviceMappings: [
          { DeviceName: '/dev/sdf', Ebs: { DeleteOnTermination: false } },
          { DeviceName: '/dev/sdg', Ebs: { DeleteOnTermination: true } },
        ],
      });
      await until(
        'both are changed',
        () => instance(aws, InstanceId),
        (seen) => {
          const flags = new Map(
            seen.BlockDeviceMappings!.map((each) => [each.DeviceName, each.Ebs!.DeleteOnTermination]),
          );
          return flags.get('/dev/sdf') === false && flags.get('/dev/sdg') === true;
        },
      );
      expect((await volume(aws, kept)).Attachments).toMatchObject([{ DeleteOnTermination: false }]);
      await aws.make.terminate(InstanceId);
      await volumeGone(aws, deleted);
      await volumeIn(aws, 'available', kept);
    });

    it('a device that it does not have can’t be changed (1.11)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const BlockDeviceMappings = [{ DeviceName: '/dev/sdz', Ebs: { DeleteOnTermination: true } }];
      expect(await codeOf(modifyInstance(InstanceId, { BlockDeviceMappings }))).toMatch(
        oneOf('InvalidInstanceAttributeValue', 'InvalidParameterValue', 'InvalidBlockDeviceMapping'),
      );
    });

    it('its type is changed while it is stopped only, and it starts as that (1.11, IncorrectInstanceState)', async () => {
      const Value = aws.around.architecture === 'x86_64' ? 't3.small' : 't4g.small';
      const { InstanceId } = await aws.make.launchRunning();
      expect(await codeOf(modifyInstance(InstanceId, { InstanceType: { Value } }))).toBe('IncorrectInstanceState');
      await stop(InstanceId);
      await modifyInstance(InstanceId, { InstanceType: { Value } });
      await aws.ec2.send(new StartInstancesCommand({ InstanceIds: [InstanceId] }));
      expect((await instanceIn(aws, 'running', InstanceId)).InstanceType).toBe(Value);
    });

    it('a type that there is not is refused (1.11)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      await stop(InstanceId);
      expect(await codeOf(modifyInstance(InstanceId, { InstanceType: { Value: 't3.enormous' } }))).toMatch(
        oneOf('InvalidInstanceAttributeValue', 'InvalidParameterValue'),
      );
    });

    it('one that never was is not found (1.11)', async () => {
      const call = modifyInstance(NOBODY, { DisableApiTermination: { Value: true } });
      expect(await codeOf(call)).toBe('InvalidInstanceID.NotFound');
    });
  },
);

const modifyMetadata = (InstanceId: string, change: Partial<ModifyInstanceMetadataOptionsCommandInput>) =>
  aws.ec2.send(new ModifyInstanceMetadataOptionsCommand({ InstanceId, ...change }));

capability(
  'changes of the metadata service',
  () => [modifyMetadata(NOBODY, { HttpTokens: 'required' })],
  (it) => {
    it('they are made while it runs, and the rest stays (1.9)', async () => {
      const before = { HttpTokens: 'optional', HttpPutResponseHopLimit: 1, InstanceMetadataTags: 'disabled' } as const;
      const { InstanceId } = await aws.make.launchRunning({ MetadataOptions: before });
      await modifyMetadata(InstanceId, { HttpTokens: 'required', InstanceMetadataTags: 'enabled' });
      await until(
        'it is changed',
        () => instance(aws, InstanceId),
        ({ MetadataOptions }) =>
          isDeepStrictEqual(MetadataOptions, {
            ...MetadataOptions,
            State: 'applied',
            HttpTokens: 'required',
            HttpPutResponseHopLimit: 1,
            InstanceMetadataTags: 'enabled',
          }),
      );
    });

    it('they keep to their bounds, and are of somebody (1.9, 1.11)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      expect(await codeOf(modifyMetadata(InstanceId, { HttpPutResponseHopLimit: 65 }))).toBe('InvalidParameterValue');
      expect(await codeOf(modifyMetadata(NOBODY, { HttpTokens: 'required' }))).toBe('InvalidInstanceID.NotFound');
    });
  },
);

const modifyVolume = (VolumeId: string, change: Partial<ModifyVolumeCommandInput>) =>
  aws.ec2.send(new ModifyVolumeCommand({ VolumeId, ...change }));
const modification = async (id: string): Promise<VolumeModification> => {
  const command = new DescribeVolumesModificationsCommand({ VolumeIds: [id] });
  return (await aws.ec2.send(command)).VolumesModifications![0]!;
};
/** The change is the volume's, though it may be optimised for hours yet. */
const applied = (id: string) =>
  until(
    `${id} is changed`,
    () => modification(id),
    ({ ModificationState }) => /^(optimizing|completed)$/.test(ModificationState!),
  );

const probe = () => [modifyVolume(NO_VOLUME, { Size: 2 }), modification(NO_VOLUME)];

capability('changes of volumes', probe, (it) => {
  it('a volume grows, and tells from what to what (1.6)', async () => {
    const VolumeId = await aws.make.availableVolume({ VolumeType: 'gp3', Size: 8 });
    const { VolumeModification: begun } = await modifyVolume(VolumeId, { Size: 9, Iops: 3_100, Throughput: 150 });
    const change = {
      VolumeId,
      OriginalSize: 8,
      TargetSize: 9,
      OriginalVolumeType: 'gp3',
      TargetVolumeType: 'gp3',
      OriginalIops: 3_000,
      TargetIops: 3_100,
      OriginalThroughput: 125,
      TargetThroughput: 150,
    };
    expect(begun).toMatchObject({ ...change, ModificationState: 'modifying', StartTime: expect.any(Date) });
    expect(await applied(VolumeId)).toMatchObject(change);
    expect(await volume(aws, VolumeId)).toMatchObject({ Size: 9, Iops: 3_100, Throughput: 150, State: 'available' });
  });

  it('it changes its type (1.6)', async () => {
    const VolumeId = await aws.make.availableVolume({ VolumeType: 'gp2' });
    await modifyVolume(VolumeId, { VolumeType: 'gp3' });
    expect(await applied(VolumeId)).toMatchObject({ OriginalVolumeType: 'gp2', TargetVolumeType: 'gp3' });
    expect(await volume(aws, VolumeId)).toMatchObject({ Size: 1, VolumeType: 'gp3', Iops: 3_000 });
  });

  it('a volume in use is changed where it is (1.6)', async () => {
    const { InstanceId, BlockDeviceMappings } = await aws.make.launchRunning();
    const root = BlockDeviceMappings![0]!.Ebs!.VolumeId!;
    const { Size } = await volume(aws, root);
    await modifyVolume(root, { Size: Size! + 1 });
    await applied(root);
    expect(await volume(aws, root)).toMatchObject({ Size: Size! + 1, State: 'in-use', Attachments: [{ InstanceId }] });
  });

  it('it does not shrink, and keeps to its type’s bounds (1.6)', async () => {
    const VolumeId = await aws.make.availableVolume({ VolumeType: 'gp3', Size: 2 });
    for (const change of [{ Size: 1 }, { Size: 65_537 }, { Iops: 2_999 }, { Iops: 80_001 }, { Throughput: 2_001 }]) {
      expect([change, await codeOf(modifyVolume(VolumeId, change))]).toEqual([change, 'InvalidParameterValue']);
    }
    expect((await volume(aws, VolumeId)).Size).toBe(2);
  });

  it('one change at a time (SDK, ModifyVolume)', async () => {
    const VolumeId = await aws.make.availableVolume({ VolumeType: 'gp3' });
    await modifyVolume(VolumeId, { Size: 2 });
    expect(await codeOf(modifyVolume(VolumeId, { Size: 3 }))).toMatch(
      oneOf('IncorrectModificationState', 'VolumeModificationRateExceeded'),
    );
  });

  it('changes are found by their volume and state (1.6)', async () => {
    const VolumeId = await aws.make.availableVolume({ VolumeType: 'gp3' });
    await modifyVolume(VolumeId, { Size: 2 });
    await applied(VolumeId);
    const Filters = [
      { Name: 'volume-id', Values: [VolumeId] },
      { Name: 'modification-state', Values: ['optimizing', 'completed'] },
    ];
    const { VolumesModifications } = await aws.ec2.send(new DescribeVolumesModificationsCommand({ Filters }));
    expect(VolumesModifications).toMatchObject([{ VolumeId, TargetSize: 2 }]);
  });

  it('of a volume that never was there is none (1.11)', async () => {
    expect(await codeOf(modifyVolume(NO_VOLUME, { Size: 2 }))).toBe('InvalidVolume.NotFound');
    expect(await codeOf(modification(NO_VOLUME))).toMatch(
      oneOf('InvalidVolume.NotFound', 'InvalidVolumeModification.NotFound'),
    );
  });
});
