// How volumes are made and deleted, and their tokens (facts/ec2.md 1.1, 1.6).

import { randomUUID } from 'node:crypto';
import {
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DeleteVolumeCommand,
  DescribeAvailabilityZonesCommand,
  DescribeVolumesCommand,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { volume, volumeGone, volumeIn } from './support/looks.ts';
import { codeOf, oneOf } from './support/refusal.ts';

const aws = contract();

const NONE = 'vol-0123456789abcdef0';
const remove = (VolumeId: string) => aws.ec2.send(new DeleteVolumeCommand({ VolumeId }));
const create = (input: Partial<CreateVolumeCommandInput>) => aws.make.createVolume(input);

const probe = () => [
  aws.ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'none', Size: 1, DryRun: true })),
  aws.ec2.send(new DescribeVolumesCommand({ VolumeIds: [NONE] })),
  remove(NONE),
];

capability('volumes', probe, (it) => {
  it('a volume is made empty in its zone, and is available a while later (1.6)', async () => {
    const { zone } = aws.around;
    const made = await create({ VolumeType: 'gp3', Size: 2 });
    expect(made).toMatchObject({
      VolumeId: expect.stringMatching(/^vol-[0-9a-f]{17}$/),
      AvailabilityZone: zone,
      Size: 2,
      VolumeType: 'gp3',
      State: expect.stringMatching(/^(creating|available)$/),
      CreateTime: expect.any(Date),
    });
    const { Attachments, SnapshotId, ...rest } = await volumeIn(aws, 'available', made.VolumeId);
    expect(rest).toMatchObject({ VolumeId: made.VolumeId, AvailabilityZone: zone, Size: 2, MultiAttachEnabled: false });
    expect([Attachments ?? [], SnapshotId ?? '']).toEqual([[], '']);
  });

  it('its type is gp2 unless it is said (1.6)', async () => {
    const { VolumeId, VolumeType } = await create({});
    expect(VolumeType).toBe('gp2');
    expect(await volumeIn(aws, 'available', VolumeId)).toMatchObject({ VolumeType: 'gp2', Iops: 100 });
  });

  it('gp3 has 3,000 IOPS and 125 MiB/s unless it is said (1.6)', async () => {
    const VolumeId = await aws.make.availableVolume({ VolumeType: 'gp3' });
    expect(await volume(aws, VolumeId)).toMatchObject({ Iops: 3_000, Throughput: 125 });
  });

  it('gp3 can have more of each (1.6)', async () => {
    const VolumeId = await aws.make.availableVolume({ VolumeType: 'gp3', Size: 8, Iops: 4_000, Throughput: 1_000 });
    expect(await volume(aws, VolumeId)).toMatchObject({ Size: 8, Iops: 4_000, Throughput: 1_000 });
  });

  it('gp3 has its bounds and ratios (1.6)', async () => {
    const beyond: Partial<CreateVolumeCommandInput>[] = [
      { Size: 0 },
      { Size: 65_537 },
      { Size: 10, Iops: 2_999 },
      { Size: 1_000, Iops: 80_001 },
      { Size: 10, Iops: 5_001 },
      { Size: 10, Throughput: 124 },
      { Size: 1_000, Iops: 80_000, Throughput: 2_001 },
      { Size: 10, Iops: 3_000, Throughput: 751 },
    ];
    for (const input of beyond) {
      const code = await codeOf(create({ VolumeType: 'gp3', ...input }));
      expect([input, code]).toEqual([input, 'InvalidParameterValue']);
    }
  });

  it('only gp3 takes a throughput, and gp2 no IOPS (1.6, SDK)', async () => {
    const refused = oneOf('InvalidParameterCombination', 'InvalidParameterDependency');
    expect(await codeOf(create({ VolumeType: 'gp2', Throughput: 125 }))).toMatch(refused);
    expect(await codeOf(create({ VolumeType: 'gp2', Iops: 3_000 }))).toMatch(refused);
  });

  it('io1 and io2 need their IOPS (SDK)', async () => {
    const refused = oneOf('MissingParameter', 'InvalidParameterCombination', 'InvalidParameterDependency');
    for (const VolumeType of ['io1', 'io2'] as const) {
      expect(await codeOf(create({ VolumeType, Size: 4 }))).toMatch(refused);
    }
  });

  it('a type that is none is refused (1.11)', async () => {
    const call = create({ VolumeType: 'gp9' as 'gp3' });
    expect(await codeOf(call)).toMatch(oneOf('UnknownVolumeType', 'InvalidParameterValue'));
  });

  it('it needs a size or a snapshot (1.6)', async () => {
    expect(await codeOf(create({ Size: undefined }))).toBe('MissingParameter');
  });

  it('it needs exactly one of a zone’s name and its id (1.6)', async () => {
    const { zone } = aws.around;
    const { AvailabilityZones } = await aws.ec2.send(new DescribeAvailabilityZonesCommand({ ZoneNames: [zone] }));
    const AvailabilityZoneId = AvailabilityZones![0]!.ZoneId;
    const byId = await create({ AvailabilityZone: undefined, AvailabilityZoneId });
    expect(byId.AvailabilityZone).toBe(zone);
    expect(await codeOf(create({ AvailabilityZone: undefined }))).toMatch(
      oneOf('MissingParameter', 'InvalidParameterCombination'),
    );
    expect(await codeOf(create({ AvailabilityZoneId }))).toMatch(
      oneOf('InvalidParameterCombination', 'InvalidParameterValue'),
    );
  });

  it('a zone that does not exist is refused (1.11)', async () => {
    expect(await codeOf(create({ AvailabilityZone: 'us-east-1z' }))).toMatch(
      oneOf('InvalidZone.NotFound', 'InvalidParameterValue'),
    );
  });

  it('an empty volume has no initialization rate (1.6)', async () => {
    const call = create({ VolumeType: 'gp3', VolumeInitializationRate: 300 });
    expect(await codeOf(call)).toMatch(oneOf('InvalidParameterCombination', 'InvalidParameterValue'));
  });

  it('a deleted volume is not found any more (1.6)', async () => {
    const VolumeId = await aws.make.availableVolume();
    await remove(VolumeId);
    await volumeGone(aws, VolumeId);
    expect(await codeOf(remove(VolumeId))).toMatch(oneOf('InvalidVolume.NotFound', 'IncorrectState'));
  });

  it('a volume in use can’t be deleted (1.6)', async () => {
    const { BlockDeviceMappings } = await aws.make.launchRunning();
    expect(await codeOf(remove(BlockDeviceMappings![0]!.Ebs!.VolumeId!))).toBe('VolumeInUse');
  });

  it('one that never was is not found (1.11)', async () => {
    expect(await codeOf(volume(aws, NONE))).toBe('InvalidVolume.NotFound');
    expect(await codeOf(remove(NONE))).toBe('InvalidVolume.NotFound');
  });
});

capability('volume tokens', probe, (it) => {
  it('the same token with the same parameters is the same volume (1.1)', async () => {
    const ClientToken = randomUUID();
    const [first, second] = [await create({ ClientToken }), await create({ ClientToken })];
    expect(second.VolumeId).toBe(first.VolumeId);
  });

  it('the same token with other parameters is a mismatch (1.1)', async () => {
    const ClientToken = randomUUID();
    await create({ ClientToken });
    expect(await codeOf(create({ ClientToken, Size: 2 }))).toBe('IdempotentParameterMismatch');
  });

  it('other tokens, and the SDK’s own, make other volumes (1.1)', async () => {
    const made = [
      await create({ ClientToken: randomUUID() }),
      await create({ ClientToken: randomUUID() }),
      await create({}),
      await create({}),
    ];
    expect(new Set(made.map(({ VolumeId }) => VolumeId)).size).toBe(4);
  });
});
