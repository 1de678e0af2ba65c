// Copies of volumes within their zone (facts/ec2.md 1.1, 1.6, SDK).

import { randomUUID } from 'node:crypto';
import { CopyVolumesCommand, type CopyVolumesCommandInput, type Volume } from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { volume, volumeIn } from './support/looks.ts';
import { codeOf } from './support/refusal.ts';
import { marked } from './support/workshop.ts';

const aws = contract();

const NONE = 'vol-0123456789abcdef0';

/** Deleted after the test. */
async function copy(SourceVolumeId: string, input: Partial<CopyVolumesCommandInput> = {}) {
  const { Volumes } = await aws.ec2.send(
    new CopyVolumesCommand({ SourceVolumeId, TagSpecifications: marked('volume'), ...input }),
  );
  for (const { VolumeId } of Volumes!) aws.make.litter.volumes.add(VolumeId!);
  expect(Volumes).toHaveLength(1);
  return Volumes![0] as Volume & { readonly VolumeId: string };
}

capability(
  'copies of volumes',
  () => [copy(NONE, { DryRun: true })],
  (it) => {
    it('a copy is a volume of its own in the same zone, of the same size (1.6)', async () => {
      const source = await aws.make.availableVolume({ VolumeType: 'gp3', Size: 2 });
      const { VolumeId } = await copy(source, { VolumeType: 'gp3' });
      expect(VolumeId).not.toBe(source);
      expect(await volumeIn(aws, 'available', VolumeId)).toMatchObject({
        Size: 2,
        AvailabilityZone: aws.around.zone,
        VolumeType: 'gp3',
        SourceVolumeId: source,
      });
    });

    it('its type is gp2 unless it is said, whatever the first one’s is (SDK)', async () => {
      const source = await aws.make.availableVolume({ VolumeType: 'gp3' });
      expect((await copy(source)).VolumeType).toBe('gp2');
    });

    it('it can be larger, and not smaller (SDK)', async () => {
      const source = await aws.make.availableVolume({ Size: 2 });
      expect((await copy(source, { Size: 3 })).Size).toBe(3);
      expect(await codeOf(copy(source, { Size: 1 }))).toBe('InvalidParameterValue');
    });

    it('a volume in use can be copied, and stays where it is (1.6)', async () => {
      const { InstanceId, BlockDeviceMappings } = await aws.make.launchRunning();
      const root = BlockDeviceMappings![0]!.Ebs!.VolumeId!;
      const { VolumeId } = await copy(root, { VolumeType: 'gp3' });
      expect((await volumeIn(aws, 'available', VolumeId)).Attachments ?? []).toEqual([]);
      expect((await volume(aws, root)).Attachments).toMatchObject([{ InstanceId }]);
    });

    it('the same token is the same copy, with other parameters a mismatch (1.1)', async () => {
      const source = await aws.make.availableVolume();
      const ClientToken = randomUUID();
      const first = await copy(source, { ClientToken });
      expect((await copy(source, { ClientToken })).VolumeId).toBe(first.VolumeId);
      expect(await codeOf(copy(source, { ClientToken, Size: 2 }))).toBe('IdempotentParameterMismatch');
    });

    it('of a volume that never was there is none (1.11)', async () => {
      expect(await codeOf(copy(NONE))).toBe('InvalidVolume.NotFound');
    });
  },
);
