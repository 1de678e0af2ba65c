// CreateVolume: in one zone, with a token of its own (facts/ec2.md 1.1, 1.6).

import { boolean, integer, string } from '../../protocols/parameters.ts';
import { zonesOf } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { newId } from '../ids.ts';
import { tagSpecificationSchema, tagsFor } from '../tags.ts';
import { checkGp3, GP3, type Volume, volumeXml } from '../volumes.ts';
import { action, required, stopDryRun } from './action.ts';

const parameters = {
  AvailabilityZone: string,
  Size: integer,
  VolumeType: string,
  Iops: integer,
  Throughput: integer,
  ClientToken: string,
  DryRun: boolean,
  TagSpecification: tagSpecificationSchema,
} as const;

const TYPES = ['gp2', 'gp3'];

export const createVolume = action('CreateVolume', parameters, (region, input) => {
  const { ClientToken: token, DryRun, ...rest } = input;
  const zone = required(input.AvailabilityZone, 'AvailabilityZone');
  if (!zonesOf(region.options.name).includes(zone))
    throw new Ec2Error('InvalidZone.NotFound', `The zone '${zone}' does not exist.`);
  const before = region.volumeTokens.find(token, zone, rest)?.flatMap((id) => region.volumes.get(id) ?? [])[0];
  if (before !== undefined) return volumeXml(before);

  const sizeGb = required(input.Size, 'Size');
  // The default is gp2, not gp3.
  const type = input.VolumeType ?? 'gp2';
  if (!TYPES.includes(type))
    throw new Ec2Error('InvalidParameterValue', `Volume type '${type}' is not one of ${TYPES.join(', ')}`);
  const iops = input.Iops ?? (type === 'gp3' ? GP3.iops : Math.min(16_000, Math.max(100, sizeGb * 3)));
  const throughput = input.Throughput ?? GP3.throughput;
  if (type === 'gp3') checkGp3(sizeGb, iops, throughput);
  else if (input.Iops !== undefined || input.Throughput !== undefined) {
    throw new Ec2Error(
      'InvalidParameterCombination',
      `The parameters iops and throughput are not supported for ${type} volumes.`,
    );
  }
  const tags = tagsFor(input.TagSpecification, 'volume', ['volume']);
  stopDryRun(DryRun);
  const id = newId('volume');
  const volume: Volume = {
    id,
    zone,
    region: region.options.name,
    sizeGb,
    type,
    iops,
    throughput,
    clientToken: token,
    createdAt: region.now,
    tags,
    folder: region.volumeFolder(id),
    state: 'creating',
    attachment: null,
    endedAt: null,
  };
  region.addVolume(volume, null);
  region.volumeTokens.record(token, zone, rest, [id]);
  return volumeXml(volume);
});
