// Dry runs: allowed is an error, too, and nothing comes of it (facts/ec2.md 1.2).

import { randomUUID } from 'node:crypto';
import {
  AttachVolumeCommand,
  CreateSnapshotCommand,
  CreateTagsCommand,
  CreateVolumeCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  ModifyInstanceAttributeCommand,
  ModifyVolumeCommand,
  RebootInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { instance, instancesBy, volume } from './support/looks.ts';
import { refusalOf } from './support/refusal.ts';

const aws = contract();

const DryRun = true;
const ALLOWED = { code: 'DryRunOperation', status: 412 };

capability(
  'dry runs',
  () => [aws.ec2.send(new DescribeInstancesCommand({ DryRun }))],
  (it) => {
    it('a launch that would be allowed is DryRunOperation, and launches nothing (1.2)', async () => {
      const ClientToken = randomUUID();
      expect(await refusalOf(aws.make.launch({ ClientToken, DryRun }))).toEqual(ALLOWED);
      expect(await instancesBy(aws, { Name: 'client-token', Values: [ClientToken] })).toEqual([]);
    });

    it('a token that was tried so launches afterwards (1.1, 1.2)', async () => {
      const launch = { ClientToken: randomUUID() };
      expect(await refusalOf(aws.make.launch({ ...launch, DryRun }))).toEqual(ALLOWED);
      expect((await aws.make.launch(launch)).InstanceId).toMatch(/^i-/);
    });

    it('spot launches are tried as well (1.2, 1.3)', async () => {
      const call = aws.make.launch({ InstanceMarketOptions: { MarketType: 'spot' }, DryRun });
      expect(await refusalOf(call)).toEqual(ALLOWED);
    });

    it('a volume that would be allowed is not made (7, start-up check)', async () => {
      const value = randomUUID();
      const call = aws.ec2.send(
        new CreateVolumeCommand({
          AvailabilityZone: aws.around.zone,
          Size: 1,
          TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'dry', Value: value }] }],
          DryRun,
        }),
      );
      expect(await refusalOf(call)).toEqual(ALLOWED);
      const Filters = [{ Name: 'tag:dry', Values: [value] }];
      expect((await aws.ec2.send(new DescribeVolumesCommand({ Filters }))).Volumes).toEqual([]);
    });

    it('what would be done to an instance is not done (7, start-up check)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const before = await instance(aws, InstanceId);
      const InstanceIds = [InstanceId];
      const Tags = [{ Key: 'dry', Value: 'run' }];
      const calls: Record<string, () => Promise<unknown>> = {
        StopInstances: () => aws.ec2.send(new StopInstancesCommand({ InstanceIds, DryRun })),
        RebootInstances: () => aws.ec2.send(new RebootInstancesCommand({ InstanceIds, DryRun })),
        TerminateInstances: () => aws.ec2.send(new TerminateInstancesCommand({ InstanceIds, DryRun })),
        CreateTags: () => aws.ec2.send(new CreateTagsCommand({ Resources: InstanceIds, Tags, DryRun })),
        ModifyInstanceAttribute: () =>
          aws.ec2.send(
            new ModifyInstanceAttributeCommand({ InstanceId, DisableApiTermination: { Value: true }, DryRun }),
          ),
      };
      for (const [name, call] of Object.entries(calls)) {
        expect([name, await refusalOf(call())]).toEqual([name, ALLOWED]);
      }
      const after = await instance(aws, InstanceId);
      expect([after.State, after.Tags]).toEqual([before.State, before.Tags]);
    });

    it('what would be done to a volume is not done (7, start-up check)', async () => {
      const { InstanceId } = await aws.make.launchRunning();
      const VolumeId = await aws.make.availableVolume({ VolumeType: 'gp3' });
      const before = await volume(aws, VolumeId);
      const calls: Record<string, () => Promise<unknown>> = {
        AttachVolume: () => aws.ec2.send(new AttachVolumeCommand({ VolumeId, InstanceId, Device: '/dev/sdf', DryRun })),
        ModifyVolume: () => aws.ec2.send(new ModifyVolumeCommand({ VolumeId, Size: 2, DryRun })),
        CreateSnapshot: () => aws.ec2.send(new CreateSnapshotCommand({ VolumeId, DryRun })),
        DeleteVolume: () => aws.ec2.send(new DeleteVolumeCommand({ VolumeId, DryRun })),
      };
      for (const [name, call] of Object.entries(calls)) {
        expect([name, await refusalOf(call())]).toEqual([name, ALLOWED]);
      }
      expect(await volume(aws, VolumeId)).toEqual(before);
      const Filters = [{ Name: 'volume-id', Values: [VolumeId] }];
      const { Snapshots } = await aws.ec2.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters }));
      expect(Snapshots).toEqual([]);
    });

    it('describe calls have it, too (1.2)', async () => {
      expect(await refusalOf(aws.ec2.send(new DescribeInstancesCommand({ DryRun })))).toEqual(ALLOWED);
      expect(await refusalOf(aws.ec2.send(new DescribeVolumesCommand({ DryRun })))).toEqual(ALLOWED);
    });
  },
);
