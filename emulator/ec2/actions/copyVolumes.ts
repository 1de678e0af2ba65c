// CopyVolumes: another volume of the same zone with what the first one holds now (facts/ec2.md 1.1, 1.6).

import { boolean, integer, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { one } from '../ids.ts';
import { checkStorage } from '../limits/storageLimits.ts';
import type { Region } from '../region.ts';
import { tagSpecificationSchema, tagsFor } from '../tags.ts';
import { type TokenUse, TokenStore } from '../tokens.ts';
import { addVolume } from '../volumeLife.ts';
import { volumeShape, volumeXml } from '../volumes.ts';
import { action, required, stopDryRun } from './action.ts';

const COPIES_QUOTA = 'L-39BD5252';

const parameters = {
  SourceVolumeId: string,
  Size: integer,
  VolumeType: string,
  Iops: integer,
  Throughput: integer,
  Encrypted: boolean,
  ClientToken: string,
  DryRun: boolean,
  TagSpecification: tagSpecificationSchema,
} as const;

export const copyVolumes = action('CopyVolumes', parameters, (region, input) => {
  const { ClientToken: token, DryRun, ...rest } = input;
  const tokens = new TokenStore(region.world.store.table<TokenUse>(`${region.key}/ec2/copy-tokens`));
  // No zone is named, so that the token is the region's.
  const before = tokens.find(token, region.name, rest)?.flatMap((id) => region.volumes.get(id) ?? []);
  if (before !== undefined && before.length > 0) return { volumeSet: before.map(volumeXml) };

  const sourceId = required(input.SourceVolumeId, 'SourceVolumeId');
  const source = one('volume', sourceId, (id) => region.volumes.get(id));
  if (source.state !== 'available' && source.state !== 'in-use') {
    throw new Ec2Error('IncorrectState', `Volume '${source.id}' is '${source.state}'.`);
  }
  const sizeGb = input.Size ?? source.sizeGb;
  if (sizeGb < source.sizeGb) {
    throw new Ec2Error(
      'InvalidParameterValue',
      `Invalid value '${sizeGb}' for size: it is smaller than the source volume's ${source.sizeGb}GiB`,
    );
  }
  const shape = volumeShape({
    sizeGb,
    // The default is gp2, whatever the source is.
    type: input.VolumeType ?? 'gp2',
    ...(input.Iops === undefined ? {} : { iops: input.Iops }),
    ...(input.Throughput === undefined ? {} : { throughput: input.Throughput }),
  });
  const tags = tagsFor(input.TagSpecification, 'volume');
  stopDryRun(DryRun);
  checkStorage(region, shape.type, sizeGb);
  checkInProgress(region);
  const id = region.newId('volume');
  const copy = addVolume(region, {
    id,
    zone: source.zone,
    sourceVolumeId: source.id,
    ...shape,
    ...(token === undefined ? {} : { clientToken: token }),
    encrypted: source.encrypted || (input.Encrypted ?? false),
    createdAtMs: region.nowMs,
    tags,
    state: 'creating',
    attachment: null,
    endedAtMs: null,
  });
  region.world.bytes.copyVolume(source.id, id);
  tokens.record(token, region.name, rest, [id]);
  return { volumeSet: [volumeXml(copy)] };
});

/** Throws ResourceLimitExceeded, which clears by itself. Copies are in progress while they are being made. */
function checkInProgress(region: Region): void {
  const limit = region.world.quota(region, COPIES_QUOTA);
  const inProgress = [...region.volumes.values()].filter(
    ({ sourceVolumeId, state }) => sourceVolumeId !== undefined && state === 'creating',
  );
  if (inProgress.length < limit) return;
  throw new Ec2Error('ResourceLimitExceeded', `The limit of ${limit} volume copies in progress is reached.`);
}
