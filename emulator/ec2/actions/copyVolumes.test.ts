// Copies of volumes, with what they held at that moment (facts/ec2.md 1.6).

import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CopyVolumesCommand,
  type CopyVolumesCommandInput,
  CreateVolumeCommand,
  type CreateVolumeCommandInput,
  DescribeVolumesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2';
import { aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

let aws: TestEmulator;
let ec2: EC2Client;
beforeEach(async () => {
  aws = await aRunningEmulator();
  ec2 = aws.client();
});
afterEach(() => aws.close());

async function available(input: Partial<CreateVolumeCommandInput> = {}): Promise<string> {
  const volume = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1b', Size: 20, ...input }));
  aws.clock.advance(1_000);
  return volume.VolumeId!;
}
const copy = async (SourceVolumeId: string, input: Omit<CopyVolumesCommandInput, 'SourceVolumeId'> = {}) =>
  (await ec2.send(new CopyVolumesCommand({ SourceVolumeId, ...input }))).Volumes![0]!;
const folder = (id: string) => join(aws.folder, 'volumes', id);

it('is a volume of its own in the same zone, with the contents of the moment', async () => {
  const source = await available();
  await writeFile(join(folder(source), 'work.txt'), 'then');
  const made = await copy(source, {
    VolumeType: 'gp3',
    Size: 30,
    TagSpecifications: [{ ResourceType: 'volume', Tags: [{ Key: 'of', Value: 'home' }] }],
  });
  await writeFile(join(folder(source), 'work.txt'), 'now');
  expect(made).toMatchObject({
    SourceVolumeId: source,
    State: 'creating',
    AvailabilityZone: 'us-east-1b',
    Size: 30,
    VolumeType: 'gp3',
    Encrypted: false,
    Tags: [{ Key: 'of', Value: 'home' }],
  });
  aws.clock.advance(1_000);
  const { Volumes } = await ec2.send(new DescribeVolumesCommand({ VolumeIds: [made.VolumeId!] }));
  expect(Volumes![0]!.State).toBe('available');
  expect(await readFile(join(folder(made.VolumeId!), 'work.txt'), 'utf8')).toBe('then');
  expect(await readdir(folder(made.VolumeId!))).toEqual(['work.txt']);
});

it('is gp2 unless it says otherwise, as large as its source, and encrypted where that is', async () => {
  const source = await available({ VolumeType: 'gp3', Encrypted: true });
  expect(await copy(source, { Encrypted: false })).toMatchObject({ VolumeType: 'gp2', Size: 20, Encrypted: true });
});

it('with the same token is the same copy, with other parameters a mismatch', async () => {
  const source = await available();
  const first = await copy(source, { ClientToken: 't' });
  expect(await copy(source, { ClientToken: 't' })).toMatchObject({
    VolumeId: first.VolumeId,
    SourceVolumeId: source,
  });
  expect(await codeOf(copy(source, { ClientToken: 't', Size: 21 }))).toBe('IdempotentParameterMismatch');
});

it('five are in progress at a time', async () => {
  const source = await available();
  for (let n = 0; n < 5; n++) await copy(source);
  expect(await codeOf(copy(source))).toBe('ResourceLimitExceeded');
  aws.clock.advance(1_000);
  await copy(source);
});

it.each<[string, Omit<CopyVolumesCommandInput, 'SourceVolumeId'>, string]>([
  ['a smaller size', { Size: 19 }, 'InvalidParameterValue'],
  ['throughput for gp2', { Throughput: 125 }, 'InvalidParameterCombination'],
  [
    'a tag for what is not made',
    { TagSpecifications: [{ ResourceType: 'snapshot', Tags: [] }] },
    'InvalidParameterValue',
  ],
  ['what has no meaning here', { KmsKeyId: 'alias/mine' }, 'UnknownParameter'],
  ['a dry run', { DryRun: true }, 'DryRunOperation'],
])('%s is refused', async (_, input, code) => {
  const source = await available();
  expect(await codeOf(copy(source, input))).toBe(code);
  expect((await ec2.send(new DescribeVolumesCommand({}))).Volumes).toHaveLength(1);
});

it('a source that is none, or is not there yet, is refused', async () => {
  expect(await codeOf(copy('home'))).toBe('InvalidParameterValue');
  expect(await codeOf(copy('vol-00000000000000000'))).toBe('InvalidVolume.NotFound');
  const { VolumeId } = await ec2.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }));
  expect(await codeOf(copy(VolumeId!))).toBe('IncorrectState');
});
