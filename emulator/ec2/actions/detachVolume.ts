// DetachVolume: an attached data volume; the root of a running instance can't be detached (facts/ec2.md 1.6).

import { boolean, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { one } from '../ids.ts';
import { detach } from '../volumeLife.ts';
import { attachmentXml } from '../volumes.ts';
import { action, required, stopDryRun } from './action.ts';

export const detachVolume = action(
  'DetachVolume',
  { VolumeId: string, InstanceId: string, Device: string, Force: boolean, DryRun: boolean },
  (region, input) => {
    const volume = one('volume', required(input.VolumeId, 'VolumeId'), (id) => region.volumes.get(id));
    const { attachment } = volume;
    if (attachment === null)
      throw new Ec2Error('IncorrectState', `Volume '${volume.id}' is in the '${volume.state}' state.`);
    const isOther = input.InstanceId !== undefined && input.InstanceId !== attachment.instanceId;
    if (isOther || (input.Device !== undefined && input.Device !== attachment.device)) {
      throw new Ec2Error(
        'InvalidAttachment.NotFound',
        `The volume '${volume.id}' is not attached to instance '${input.InstanceId}' as device '${input.Device ?? attachment.device}'`,
      );
    }
    const instance = region.instances.get(attachment.instanceId);
    if (instance?.rootDevice === attachment.device && instance.state !== 'stopped') {
      throw new Ec2Error(
        'OperationNotPermitted',
        `Unable to detach root volume '${volume.id}' from instance '${instance.id}'`,
      );
    }
    stopDryRun(input.DryRun);
    const force = input.Force ?? false;
    const isUnderWay = attachment.state === 'detaching' || attachment.state === 'busy';
    return attachmentXml(volume.id, isUnderWay && !force ? attachment : detach(region, volume, force));
  },
);
