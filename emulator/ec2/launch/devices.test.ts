// The volumes that a launch makes: those of its image, as it overrides them, and its own (facts/ec2.md 1.6).

import {
  type BlockDeviceMapping,
  CreateSnapshotCommand,
  DescribeVolumesCommand,
  type EC2Client,
  type RunInstancesCommandInput,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { type ControlClient, controlClient } from '../../control/client.ts';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

const IMAGE = 'ami-0123456789abcdef0';
const ROOT = '/dev/sda1';

let aws: TestEmulator;
let control: ControlClient;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await aRunningEmulator();
  control = controlClient(aws.emulator.url);
  ec2 = aws.client('one');
});
afterEach(() => aws.close());

const anImageWithData = () =>
  control.putImage({
    access_key: 'one',
    id: IMAGE,
    name: 'with data',
    architecture: 'x86_64',
    root_gb: 10,
    data_devices: [
      { device: '/dev/sdf', gb: 20, delete_on_termination: true },
      { device: '/dev/sdg', gb: 30, delete_on_termination: false },
    ],
  });
const launch = async (BlockDeviceMappings: BlockDeviceMapping[], input: Partial<RunInstancesCommandInput> = {}) =>
  (await ec2.send(aLaunch({ BlockDeviceMappings, ...input }))).Instances![0]!;
const refused = (...mappings: BlockDeviceMapping[]) => codeOf(launch(mappings));
/** Device, GiB, type, and whether it goes with the instance. */
async function volumesOf(instanceId: string) {
  const Filters = [{ Name: 'attachment.instance-id', Values: [instanceId] }];
  const { Volumes } = await ec2.send(new DescribeVolumesCommand({ Filters }));
  return Volumes!
    .map(({ Attachments, Size, VolumeType }) => [
      Attachments![0]!.Device,
      Size,
      VolumeType,
      Attachments![0]!.DeleteOnTermination,
    ])
    .toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
}
const volumesBy = async (mappings: BlockDeviceMapping[], input: Partial<RunInstancesCommandInput> = {}) =>
  volumesOf((await launch(mappings, input)).InstanceId!);
/** What is halted first takes its turn before the clock goes on. */
const step = async (ms = 1_000) => {
  await new Promise((resolve) => setImmediate(resolve));
  aws.clock.advance(ms);
};

it('without a word has the root of its image, which goes with it', async () => {
  const instance = await launch([]);
  expect(await volumesOf(instance.InstanceId!)).toEqual([[ROOT, 8, 'gp3', true]]);
  expect(instance).toMatchObject({
    RootDeviceName: ROOT,
    BlockDeviceMappings: [{ DeviceName: ROOT, Ebs: { Status: 'attached', DeleteOnTermination: true } }],
  });
});

it('may say another size, type and speed of the root, and that it is kept', async () => {
  const Ebs = { VolumeSize: 100, Iops: 4_000, Throughput: 500, DeleteOnTermination: false, Encrypted: true };
  const { InstanceId } = await launch([{ DeviceName: ROOT, Ebs }]);
  const { Volumes } = await ec2.send(new DescribeVolumesCommand({}));
  expect(Volumes).toMatchObject([{ Size: 100, VolumeType: 'gp3', Iops: 4_000, Throughput: 500, Encrypted: true }]);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId!] }));
  await step();
  expect((await ec2.send(new DescribeVolumesCommand({}))).Volumes).toMatchObject([{ State: 'available' }]);
});

it('has the data volumes of its image, each kept or not as the image says', async () => {
  await anImageWithData();
  expect(await volumesBy([], { ImageId: IMAGE })).toEqual([
    [ROOT, 10, 'gp3', true],
    ['/dev/sdf', 20, 'gp3', true],
    ['/dev/sdg', 30, 'gp3', false],
  ]);
});

it('may keep what the image would not, and the other way round, and make it larger', async () => {
  await anImageWithData();
  const mappings = [
    { DeviceName: '/dev/sdf', Ebs: { DeleteOnTermination: false } },
    { DeviceName: '/dev/sdg', Ebs: { DeleteOnTermination: true, VolumeSize: 40, VolumeType: 'gp2' as const } },
  ];
  expect(await volumesBy(mappings, { ImageId: IMAGE })).toEqual([
    [ROOT, 10, 'gp3', true],
    ['/dev/sdf', 20, 'gp3', false],
    ['/dev/sdg', 40, 'gp2', true],
  ]);
});

it('may leave data volumes of the image out, but not the root', async () => {
  await anImageWithData();
  expect(await volumesBy([{ DeviceName: '/dev/sdf', NoDevice: '' }], { ImageId: IMAGE })).toEqual([
    [ROOT, 10, 'gp3', true],
    ['/dev/sdg', 30, 'gp3', false],
  ]);
  expect(await refused({ DeviceName: ROOT, NoDevice: '' })).toBe('InvalidBlockDeviceMapping');
});

it('has volumes of its own, which go with the instance unless it says otherwise', async () => {
  const mappings = [
    { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 5 } },
    { DeviceName: '/dev/sdg', Ebs: { VolumeSize: 6, VolumeType: 'gp3' as const, DeleteOnTermination: false } },
  ];
  const { InstanceId } = await launch(mappings);
  expect(await volumesOf(InstanceId!)).toEqual([
    [ROOT, 8, 'gp3', true],
    ['/dev/sdf', 5, 'gp2', true],
    ['/dev/sdg', 6, 'gp3', false],
  ]);
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId!] }));
  await step();
  const left = aws.emulator.ledger('one').entries.filter((entry) => entry.billable);
  expect(left.map((entry) => entry.detail)).toEqual(['6 GiB gp3']);
});

it('takes as many as its type, the root among them', async () => {
  const devices = Array.from({ length: 27 }, (_, n) => ({ DeviceName: `/dev/sd${n}`, Ebs: { VolumeSize: 1 } }));
  expect(await refused(...devices)).toBe('AttachmentLimitExceeded');
  expect(await volumesBy(devices.slice(1))).toHaveLength(27);
});

it.each<[string, BlockDeviceMapping[], string]>([
  [
    'one device twice',
    [
      { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 1 } },
      { DeviceName: '/dev/sdf', Ebs: { VolumeSize: 2 } },
    ],
    'InvalidBlockDeviceMapping',
  ],
  ['a device without a name', [{ Ebs: { VolumeSize: 1 } }], 'MissingParameter'],
  ['a root smaller than its image', [{ DeviceName: ROOT, Ebs: { VolumeSize: 7 } }], 'InvalidBlockDeviceMapping'],
  ['a type that there is not', [{ DeviceName: ROOT, Ebs: { VolumeType: 'gp9' as 'gp3' } }], 'InvalidParameterValue'],
  ['a speed that the type has not', [{ DeviceName: ROOT, Ebs: { Iops: 100 } }], 'InvalidParameterValue'],
  [
    'a speed for a type without one',
    [{ DeviceName: ROOT, Ebs: { VolumeType: 'gp2', Throughput: 200 } }],
    'InvalidParameterCombination',
  ],
  [
    'a snapshot that is not there',
    [{ DeviceName: '/dev/sdf', Ebs: { SnapshotId: 'snap-00000000000000000' } }],
    'InvalidSnapshot.NotFound',
  ],
  ['a malformed snapshot', [{ DeviceName: '/dev/sdf', Ebs: { SnapshotId: 'snap-x' } }], 'InvalidParameterValue'],
])('%s is refused, and nothing is made', async (_, mappings, code) => {
  expect(await refused(...mappings)).toBe(code);
  expect(aws.emulator.ledger('one').entries).toEqual([]);
});

describe('a volume from a snapshot', () => {
  async function aSnapshot(): Promise<string> {
    const { InstanceId } = await launch([{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 12 } }]);
    const Filters = [
      { Name: 'attachment.instance-id', Values: [InstanceId!] },
      { Name: 'attachment.device', Values: ['/dev/sdf'] },
    ];
    const { Volumes } = await ec2.send(new DescribeVolumesCommand({ Filters }));
    const { SnapshotId } = await ec2.send(new CreateSnapshotCommand({ VolumeId: Volumes![0]!.VolumeId }));
    return SnapshotId!;
  }

  it('is as large as that, or larger', async () => {
    const SnapshotId = await aSnapshot();
    await step();
    const data = (VolumeSize?: number) => [{ DeviceName: '/dev/sdf', Ebs: { SnapshotId, VolumeSize } }];
    expect((await volumesBy(data()))[1]).toEqual(['/dev/sdf', 12, 'gp2', true]);
    expect((await volumesBy(data(13)))[1]).toEqual(['/dev/sdf', 13, 'gp2', true]);
    expect(await refused(...data(11))).toBe('InvalidBlockDeviceMapping');
  });

  // CreateVolume refuses it, a launch does not (launch/devices.ts; facts/ec2.md 1.7).
  it.failing('waits for that to be completed', async () => {
    const SnapshotId = await aSnapshot();
    expect(await refused({ DeviceName: '/dev/sdf', Ebs: { SnapshotId } })).toBe('IncorrectState');
  });

  // It is left out of account without a word (launch/devices.ts).
  it.failing('is never the root: that is of the image', async () => {
    const SnapshotId = await aSnapshot();
    await step();
    expect(await refused({ DeviceName: ROOT, Ebs: { SnapshotId } })).toBe('InvalidBlockDeviceMapping');
  });
});
