// Brings the home from the old machine to a new one: the volume itself in its zone, a copy made at rest into another.

import type { OperationRef } from '../domain/ids.ts';
import type { Home, LaunchKey, LaunchPlan, Machine, Owner } from '../domain/machine.ts';
import type { Timeouts } from '../domain/timeouts.ts';
import type { ProvideHome } from './acquireMachine.ts';
import type { MachineSignals } from './machineSignals.ts';
import { attach } from './newHome.ts';
import type { OldMachine } from './oldMachine.ts';
import { callActivities, recordActivities } from './policies.ts';
import { wholeRestorePoint } from './restorePoints.ts';

export type MovedHomeOptions = {
  readonly operation: OperationRef;
  readonly owner: Owner;
  /** Of the new machine. */
  readonly generation: number;
  readonly home: Home;
  readonly old: OldMachine;
  readonly plan: LaunchPlan;
  readonly timeouts: Timeouts;
  readonly signals: MachineSignals;
  /** Told before the machine could register with it. */
  readonly onReady: (machine: Machine, home: Home) => void;
};

export const movedHome = (options: MovedHomeOptions, onStep: (step: string) => void): ProvideHome => {
  const { operation, home, old, signals, onReady } = options;
  return async (machine, key) => {
    const isSameZone = machine.zone === home.zone;
    if (isSameZone && !grows(options)) await resized(options);
    await signals.untilRunning(machine);
    onStep(`bringing the home from generation ${options.generation - 1} to rest`);
    await old.rest();
    const expect = ({ volumeId }: Pick<Home, 'volumeId'>): Promise<void> =>
      recordActivities.expectHome.executeWithOptions({ summary: `expect ${volumeId}` }, [
        key,
        { volumeId, digest: digestOf(old.manifest) },
      ]);
    let moved: Home;
    if (isSameZone) {
      // At once: nobody is served meanwhile.
      [moved] = await Promise.all([sameVolume(options, onStep), expect(home)]);
    } else {
      moved = await copy(options, machine, key, onStep);
      await expect(moved);
    }
    onReady(machine, moved);
    await attach(operation, moved, machine);
    return moved;
  };
};

async function sameVolume(options: MovedHomeOptions, onStep: (step: string) => void): Promise<Home> {
  const { home, old } = options;
  onStep(`moving ${home.volumeId}`);
  await old.part();
  return grows(options) ? resized(options) : home;
}

/** A file system is grown by the mount, so its volume before it; the speed can change while the volume is in use. */
const grows = ({ home, plan }: MovedHomeOptions): boolean => plan.shape.homeGb > home.sizeGb;

/** What is asked for beyond what it has: without a difference nothing is called. */
const resized = ({ operation, home, plan }: MovedHomeOptions): Promise<Home> => {
  const { homeGb: sizeGb, iops, throughput } = plan.shape;
  const summary = `check size and speed of ${home.volumeId}`;
  return callActivities.resizeHome.executeWithOptions({ summary }, [operation, home, { sizeGb, iops, throughput }]);
};

/** The old volume stays as it is until the copy is proven. */
async function copy(
  options: MovedHomeOptions,
  { zone }: Machine,
  key: LaunchKey,
  onStep: (step: string) => void,
): Promise<Home> {
  const { operation, owner, home, old, plan } = options;
  onStep(`copying ${home.volumeId} to ${zone}`);
  const { snapshotId } = await wholeRestorePoint(
    { ...options, generation: options.generation - 1 },
    { reason: 'move', quality: 'clean', manifest: old.manifest },
  );
  const { homeGb, iops, throughput } = plan.shape;
  const sizeGb = Math.max(homeGb, home.sizeGb);
  return callActivities.createHome.executeWithOptions({ summary: `make a home of ${snapshotId} in ${zone}` }, [
    { operation, key, owner, zone, sizeGb, iops, throughput, snapshotId },
  ]);
}

const digestOf = (manifest: Record<string, unknown> | null): string | null =>
  typeof manifest?.['digest'] === 'string' ? manifest['digest'] : null;
