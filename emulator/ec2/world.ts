// All that the actions work on: every account's regions, and the parts that they share.

import type { Capacity } from '../control/capacity.ts';
import type { LaunchFailures } from '../control/launchFailures.ts';
import type { Clock } from '../clock.ts';
import type { MachineRuntime } from '../machines/machineRuntime.ts';
import type { Catalogue } from './catalogue.ts';
import type { Images } from './images.ts';
import type { Instance, Region, Volume } from './resources.ts';
import { tokenStore } from './tokens.ts';

export type Delays = {
  readonly pendingMs: number;
  readonly shuttingDownMs: number;
  readonly stoppingMs: number;
  readonly attachingMs: number;
  readonly detachingMs: number;
  readonly creatingVolumeMs: number;
  readonly deletingVolumeMs: number;
};

export const DEFAULT_DELAYS: Delays = {
  pendingMs: 400,
  shuttingDownMs: 300,
  stoppingMs: 300,
  attachingMs: 50,
  detachingMs: 50,
  creatingVolumeMs: 50,
  deletingVolumeMs: 50,
};

/** What a repeated token answers once its instance is terminated: both have been seen on AWS (facts/ec2.md 1.1). */
export type TerminatedToken = 'error' | 'instance';

export type World = {
  readonly clock: Clock;
  readonly delays: Delays;
  readonly terminatedToken: TerminatedToken;
  readonly catalogue: Catalogue;
  readonly images: Images;
  readonly capacity: Capacity;
  readonly launchFailures: LaunchFailures;
  readonly machines: MachineRuntime;
  readonly volumesDir: string;
  readonly machinesDir: string;
  /** Append-only: whatever was ever created, in that order. */
  readonly everCreated: (Instance | Volume)[];
  readonly regions: Map<string, Region>;
  /** Where an instance finds its metadata service. */
  metadataUrl(instanceId: string): string;
  /** Calls `fn` after `delayMs`, unless the emulator is closed by then. */
  later(delayMs: number, fn: () => void): void;
  log(line: string): void;
};

export function regionOf(world: World, accountId: string, name: string): Region {
  const key = `${accountId}/${name}`;
  const known = world.regions.get(key);
  if (known !== undefined) return known;
  const region: Region = {
    accountId,
    name,
    instances: new Map(),
    volumes: new Map(),
    companions: new Map(),
    instanceTokens: tokenStore(world.clock),
    volumeTokens: tokenStore(world.clock),
  };
  world.regions.set(key, region);
  return region;
}

export function findInstance(world: World, instanceId: string): Instance | undefined {
  for (const region of world.regions.values()) {
    const found = region.instances.get(instanceId);
    if (found !== undefined) return found;
  }
  return undefined;
}
