// How volumes are made, attached, detached, changed and deleted (facts/ec2.md 1.6).

import { existsSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Instance } from './instances.ts';
import type { Region } from './region.ts';
import type { Attachment, Volume } from './volumes.ts';

export const volumeHandlers = (region: Region) => ({
  'volume.create': (id: string) =>
    void region.changeVolume(id, (volume) => (volume.state === 'creating' ? { state: 'available' } : {})),
  'volume.attach': (id: string) => attached(region, id),
  'volume.detach': (id: string) => detachIfUnmounted(region, id),
  'volume.release': (id: string) => release(region, id),
  'volume.modify': (id: string) => modified(region, id),
});

export function addVolume(region: Region, volume: Volume): Volume {
  region.world.bytes.create(volume.id, volume.snapshotId);
  if (volume.state === 'creating') {
    region.timeline.after(region.world.settings().delays.creatingVolumeMs, 'volume.create', volume.id);
  }
  return region.putVolume(volume);
}

export function attach(region: Region, volume: Volume, instance: Instance, device: string): Attachment {
  // A volume attached after the launch is preserved by default (facts/ec2.md 1.6).
  const slot = { device, attachedAtMs: region.nowMs, deleteOnTermination: false };
  const attachment: Attachment = { ...slot, instanceId: instance.id, state: 'attaching' };
  region.putVolume({ ...volume, state: 'in-use', attachment });
  region.putInstance({ ...instance, devices: [...instance.devices, { ...slot, volumeId: volume.id }] });
  region.timeline.after(region.world.settings().delays.attachingMs, 'volume.attach', volume.id);
  return attachment;
}

function attached(region: Region, id: string): void {
  const volume = region.volumes.get(id);
  if (volume?.attachment?.state !== 'attaching') return;
  region.putVolume({ ...volume, attachment: { ...volume.attachment, state: 'attached' } });
  region.world.bytes.plug(id, volume.attachment.instanceId);
}

/** Done once the machine has unmounted it; `force` takes it away from under the machine. */
export function detach(region: Region, volume: Volume, force: boolean): Attachment {
  const attachment: Attachment = { ...volume.attachment!, state: 'detaching' };
  region.putVolume({ ...volume, attachment });
  region.timeline.cancel('volume.attach', volume.id);
  if (force || !isMounted(region, volume, attachment.instanceId)) {
    region.world.bytes.unplug(volume.id, attachment.instanceId);
  }
  region.timeline.cancel('volume.detach', volume.id);
  const next = force ? 'volume.release' : 'volume.detach';
  region.timeline.after(region.world.settings().delays.attachingMs, next, volume.id);
  return attachment;
}

/** While it is mounted it stays `busy`, for ever if need be (facts/ec2.md 1.6). */
function detachIfUnmounted(region: Region, id: string): void {
  const volume = region.volumes.get(id);
  if (volume === undefined || volume.attachment === null) return;
  const { attachment } = volume;
  if (isMounted(region, volume, attachment.instanceId)) {
    if (attachment.state !== 'busy') region.putVolume({ ...volume, attachment: { ...attachment, state: 'busy' } });
    region.timeline.after(Math.max(50, region.world.settings().delays.attachingMs), 'volume.detach', id);
    return;
  }
  release(region, id);
}

function release(region: Region, id: string): void {
  const volume = region.volumes.get(id);
  if (volume === undefined || volume.attachment === null) return;
  const { attachment } = volume;
  region.world.bytes.unplug(id, attachment.instanceId);
  region.putVolume({ ...volume, state: 'available', attachment: null });
  region.change(attachment.instanceId, (instance) => ({
    devices: instance.devices.filter((device) => device.volumeId !== id),
  }));
}

/** A machine of the emulator mounts a volume by a link to its device from the mount point. */
function isMounted(region: Region, volume: Volume, instanceId: string): boolean {
  if (region.instances.get(instanceId)?.state !== 'running') return false;
  const { bytes } = region.world;
  const device = join(bytes.machineRoot(instanceId), 'dev/disk/by-id');
  const mountPoint = join(bytes.machineRoot(instanceId), 'home', 'agent');
  if (!existsSync(device) || !existsSync(mountPoint)) return false;
  try {
    return readlinkSync(mountPoint) === bytes.folder(volume.id);
  } catch {
    return false;
  }
}

/** What a terminated instance leaves of its volumes: those that go with it go, the others are free. */
export function releaseVolumes(region: Region, instance: Instance): void {
  for (const { volumeId, deleteOnTermination } of instance.devices) {
    const volume = region.volumes.get(volumeId);
    if (volume === undefined) continue;
    region.timeline.cancel('volume.attach', volumeId);
    region.timeline.cancel('volume.detach', volumeId);
    region.timeline.cancel('volume.release', volumeId);
    region.world.bytes.unplug(volumeId, instance.id);
    const free = region.putVolume({ ...volume, state: 'available', attachment: null });
    if (deleteOnTermination) deleteVolume(region, free);
  }
}

export function deleteVolume(region: Region, volume: Volume): void {
  region.timeline.cancel('volume.create', volume.id);
  region.timeline.cancel('volume.modify', volume.id);
  region.forgetVolume({ ...volume, state: 'deleted', endedAtMs: region.nowMs });
  region.world.bytes.removeVolume(volume.id);
}

/** In use at once, optimised for a while (facts/ec2.md 1.6). */
export function modify(region: Region, volume: Volume, to: NonNullable<Volume['modification']>['to']): Volume {
  const { sizeGb, type, iops, throughput } = volume;
  const from = { sizeGb, type, iops, throughput };
  region.timeline.after(region.world.settings().delays.modifyingMs, 'volume.modify', volume.id);
  return region.putVolume({
    ...volume,
    modification: { state: 'modifying', startedAtMs: region.nowMs, endedAtMs: null, from, to },
  });
}

function modified(region: Region, id: string): void {
  const volume = region.volumes.get(id);
  if (volume?.modification === undefined) return;
  const { modification } = volume;
  if (modification.state === 'modifying') {
    region.timeline.after(region.world.settings().delays.modifyingMs, 'volume.modify', id);
    region.putVolume({ ...volume, ...modification.to, modification: { ...modification, state: 'optimizing' } });
    return;
  }
  region.putVolume({ ...volume, modification: { ...modification, state: 'completed', endedAtMs: region.nowMs } });
}
