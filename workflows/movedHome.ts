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
    await signals.untilRunning(machine);
    onStep(`bringing the home from generation ${options.generation - 1} to rest`);
    await old.rest();
    const moved =
      machine.zone === home.zone ? await sameVolume(options, onStep) : await copy(options, machine, key, onStep);
    const digest = digestOf(old.manifest);
    await recordActivities.expectHome.executeWithOptions({ summary: `expect ${moved.volumeId}` }, [
      key,
      { volumeId: moved.volumeId, digest },
    ]);
    onReady(machine, moved);
    await attach(operation, moved, machine);
    return moved;
  };
};

async function sameVolume(
  { operation, home, old, plan }: MovedHomeOptions,
  onStep: (step: string) => void,
): Promise<Home> {
  onStep(`moving ${home.volumeId}`);
  await old.part();
  const { homeGb: sizeGb, iops, throughput } = plan.shape;
  // What is asked for beyond what it has: without a difference nothing is called.
  return callActivities.resizeHome.executeWithOptions({ summary: `check the size of ${home.volumeId}` }, [
    operation,
    home,
    { sizeGb, iops, throughput },
  ]);
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
