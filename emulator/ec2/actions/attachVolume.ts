// AttachVolume: same zone, a volume that is free, an instance that runs or is stopped, a device name that is free (facts/ec2.md 1.6).

import { boolean, string } from '../../protocols/parameters.ts';
import { maxVolumes } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { one } from '../ids.ts';
import { attach } from '../volumeLife.ts';
import { attachmentXml } from '../volumes.ts';
import { action, required, stopDryRun } from './action.ts';

export const attachVolume = action(
  'AttachVolume',
  { VolumeId: string, InstanceId: string, Device: string, DryRun: boolean },
  (region, input) => {
    const volume = one('volume', required(input.VolumeId, 'VolumeId'), (id) => region.volumes.get(id));
    const instance = one('instance', required(input.InstanceId, 'InstanceId'), (id) => region.instances.get(id));
    const device = required(input.Device, 'Device');
    if (!/^(\/dev\/)?(sd|xvd)[a-z][1-9]?\d?$/.test(device)) {
      throw new Ec2Error(
        'InvalidParameterValue',
        `Value (${device}) for parameter device is invalid. ${device} is not a valid EBS device name.`,
      );
    }
    if (volume.attachment !== null)
      throw new Ec2Error('VolumeInUse', `${volume.id} is already attached to an instance`);
    if (volume.state !== 'available')
      throw new Ec2Error('IncorrectState', `Volume '${volume.id}' is '${volume.state}'; it must be 'available'.`);
    if (instance.state !== 'running' && instance.state !== 'stopped') {
      throw new Ec2Error('IncorrectState', `Instance '${instance.id}' is not 'running'.`);
    }
    if (volume.zone !== instance.zone) {
      throw new Ec2Error(
        'InvalidVolume.ZoneMismatch',
        `The volume '${volume.id}' is not in the same availability zone as instance '${instance.id}'`,
      );
    }
    if (instance.devices.some((used) => used.device === device)) {
      throw new Ec2Error(
        'InvalidParameterValue',
        `Invalid value '${device}' for unixDevice. Attachment point ${device} is already in use`,
      );
    }
    if (instance.devices.length >= maxVolumes(instance.type)) {
      throw new Ec2Error(
        'AttachmentLimitExceeded',
        `${instance.type} takes at most ${maxVolumes(instance.type)} volumes`,
      );
    }
    stopDryRun(input.DryRun);
    return attachmentXml(volume.id, attach(region, volume, instance, device));
  },
);
