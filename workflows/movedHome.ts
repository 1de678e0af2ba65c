// Brings the home from the old machine to a new one: the volume itself in its zone, a copy made at rest into another.

import type { OperationRef } from '../domain/ids.ts';
import type { Home, LaunchKey, LaunchPlan, Machine, Owner } from '../domain/machine.ts';
import type { TakenRestorePoint } from '../domain/restorePoint.ts';
import type { Timeouts } from '../domain/timeouts.ts';
import type { ProvideHome } from './acquireMachine.ts';
import { type OutOfTime, withDeadline } from './deadline.ts';
import { failure } from './failure.ts';
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
  /** What was copied of the home before it was brought to rest; null = nothing. */
  readonly ahead: TakenRestorePoint | null;
  /** Somebody is served meanwhile. */
  readonly isServing: boolean;
  /** Copies take as long as they take (SNAPSHOT_TIMEOUT_SECONDS): a launch's deadline is about the machine. */
  readonly outOfTime: OutOfTime;
};

export const movedHome = (options: MovedHomeOptions, onStep: (step: string) => void): ProvideHome => {
  const { operation, home, old, signals, onReady } = options;
  let isAhead = false;
  return async (machine, key) => {
    const isSameZone = machine.zone === home.zone;
    if (isSameZone && !grows(options)) await resized(options);
    await signals.untilRunning(machine);
    if (!isSameZone && options.isServing && !isAhead) await copiedAhead(options, onStep);
    // Told once: the next machine, where this one ends meanwhile, need not wait for it.
    isAhead ||= !isSameZone;
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

/**
 * A snapshot holds what has changed since the one before: while the first one of all is made its user is served, and waits for the
 * rest alone.
 */
async function copiedAhead(
  { ahead, home, timeouts, signals, outOfTime }: MovedHomeOptions,
  onStep: (step: string) => void,
): Promise<void> {
  if (ahead === null) return;
  onStep(`copying ${home.volumeId} while it is in use`);
  const { snapshotId } = ahead;
  const timeout_seconds = timeouts.snapshotMs / 1000;
  await outOfTime(() =>
    withDeadline(
      timeouts.snapshotMs,
      `${snapshotId} whole, ${timeout_seconds} s`,
      () => signals.untilSettled(snapshotId),
      // Nobody has noticed anything by now: what does not come about in its time is not tried again while nobody is served.
      () => failure('HOME_MOVE_TIMEOUT', { resource_id: snapshotId, wanted: 'completed', timeout_seconds }),
    ),
  );
}

/** The old volume stays as it is until the copy is proven. */
async function copy(
  options: MovedHomeOptions,
  { zone }: Machine,
  key: LaunchKey,
  onStep: (step: string) => void,
): Promise<Home> {
  const { operation, owner, home, old, plan } = options;
  onStep(`copying ${home.volumeId} to ${zone}`);
  const { snapshotId } = await options.outOfTime(() =>
    wholeRestorePoint(
      { ...options, generation: options.generation - 1 },
      { reason: 'move', quality: old.quality, manifest: old.manifest },
    ),
  );
  const { homeGb, iops, throughput } = plan.shape;
  const sizeGb = Math.max(homeGb, home.sizeGb);
  return callActivities.createHome.executeWithOptions({ summary: `make a home of ${snapshotId} in ${zone}` }, [
    { operation, key, owner, zone, sizeGb, iops, throughput, snapshotId },
  ]);
}

const digestOf = (manifest: Record<string, unknown> | null): string | null =>
  typeof manifest?.['digest'] === 'string' ? manifest['digest'] : null;
