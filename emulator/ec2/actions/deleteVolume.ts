// DeleteVolume: only a volume that nobody uses.

import { boolean, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { one } from '../ids.ts';
import { deleteVolume as remove } from '../volumeLife.ts';
import { action, required, stopDryRun } from './action.ts';

export const deleteVolume = action('DeleteVolume', { VolumeId: string, DryRun: boolean }, (region, input) => {
  const volume = one('volume', required(input.VolumeId, 'VolumeId'), (id) => region.volumes.get(id));
  if (volume.attachment !== null) {
    throw new Ec2Error('VolumeInUse', `Volume ${volume.id} is currently attached to ${volume.attachment.instanceId}`);
  }
  if (volume.state === 'creating')
    throw new Ec2Error('IncorrectState', `Volume '${volume.id}' is still being created.`);
  stopDryRun(input.DryRun);
  remove(region, volume);
  return { return: true };
});
