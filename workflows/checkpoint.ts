// checkpoint: a restore point of the home as it is now. Before an interruption it spends the time that AWS has given in stages: the
// home is brought to rest if that is done in time, and the snapshot is asked for in any case.

import { CancellationScope, isCancellation, log, setCurrentDetails } from '@temporalio/workflow';
import type { PricedTarget } from '../domain/target.ts';
import type { RestorePointQuality } from '../domain/machine.ts';
import { withDeadline } from './deadline.ts';
import { MachineSignals } from './machineSignals.ts';
import type { CheckpointInput } from './messages.ts';
import { OldMachine } from './oldMachine.ts';
import { order } from './orders.ts';
import { parkControl } from './parkControl.ts';
import { readTimeouts } from './localFirst.ts';
import { recordActivities } from './policies.ts';
import { takeRestorePoint, wholeRestorePoint } from './restorePoints.ts';

/** Of the time until the machine is taken: the larger part for its user's work, the rest for the request of the snapshot. */
const SHARE_FOR_REST = 0.6;
/** Where the notice gives no time, or hardly any. */
const LEAST_MS = 2_000;
/** The writes of a machine that goes on are held so long at most (sidecar/homeKeeper.ts thaws by itself later). */
const FREEZE_MS = 5_000;

/** `priced`: where AWS advises to leave the machine. */
export type Checkpointed = {
  readonly restorePointId: string;
  readonly quality: RestorePointQuality;
  readonly priced?: PricedTarget;
};

/** Throws SNAPSHOT_FAILED; the home itself is not touched. */
export async function checkpoint(input: CheckpointInput): Promise<Checkpointed> {
  const { operationId, owner, generation, home, machine, isServing, reason, deadline, instead } = input;
  const operation = { workspaceId: owner.workspaceId, operationId };
  const timeouts = await readTimeouts();
  const signals = new MachineSignals();
  const context = { operation, owner, generation, home, timeouts, signals };
  if (reason === 'interruption') return beforeInterruption();

  const why = reason;
  const told = await target();
  setCurrentDetails(`**copying ${home.volumeId}**`);
  const { quality, restorePointId } = await whileFrozen();
  // Nobody waits for one that nobody asked for: it holds this moment, and the sweep sees when it is whole.
  if (reason !== 'manual') return { restorePointId, quality, ...told };
  const { snapshotId } = await wholeRestorePoint(context, { reason: why, quality });
  setCurrentDetails(`${snapshotId} is whole`);
  return { restorePointId, quality };

  async function beforeInterruption(): Promise<Checkpointed> {
    const leftMs = deadline === undefined ? timeouts.quiesceMs : Date.parse(deadline) - Date.now();
    const restMs = Math.max(LEAST_MS, Math.min(timeouts.quiesceMs, leftMs * SHARE_FOR_REST));
    setCurrentDetails(`**bringing the home to rest**, ${Math.round(restMs / 1000)} s`);
    const within = { ...timeouts, quiesceMs: restMs };
    const old = new OldMachine({ ...context, machine, isServing, isInterrupted: true, timeouts: within });
    let parked = Promise.resolve();
    let at: RestorePointQuality = 'clean';
    try {
      // Of the whole stage: where workers are busy the order itself may take longer than its answer.
      await withDeadline(
        restMs,
        `at rest, ${Math.round(restMs / 1000)} s`,
        () => old.rest(),
        () => new Error('the order could not be given'),
      );
      at = old.quality;
    } catch (error) {
      if (isCancellation(error)) throw error;
      at = 'crash';
      log.warn('The home did not come to rest in time', { error: String(error) });
      // With the order it would have been: the snapshot does not wait for it.
      if (machine !== null) parked = parkControl(operation, machine);
      parked.catch(() => undefined);
    }
    setCurrentDetails(`**copying ${home.volumeId}**, ${at}`);
    // Asked for is enough: it holds this moment, and whole it may be later than the machine lives.
    const { restorePointId, snapshotId } = await takeRestorePoint(context, {
      reason: 'interruption',
      quality: at,
      manifest: old.manifest,
    });
    await parked;
    setCurrentDetails(`${snapshotId} asked for, ${at}`);
    return { restorePointId, quality: at };
  }

  /** Nothing is reserved there: it is a word to the user, before there is need of it. */
  async function target(): Promise<Pick<Checkpointed, 'priced'>> {
    if (instead === undefined || machine === null) return {};
    const summary = 'where it would go, and for how much';
    const priced = await recordActivities.priceTarget.executeWithOptions({ summary }, [
      { operation, owner, home, machine, ...instead },
    ]);
    return { priced };
  }

  /** Whatever comes in between, the machine's writes are not held for longer than that. */
  async function whileFrozen(): Promise<{ quality: RestorePointQuality; restorePointId: string }> {
    let quality: RestorePointQuality = 'frozen';
    try {
      quality = await frozen();
      return { quality, ...(await takeRestorePoint(context, { reason: why, quality })) };
    } finally {
      if (quality === 'frozen') await CancellationScope.nonCancellable(thawed);
    }
  }

  /** Writes are held, if the machine can; a machine that does not answer is copied as it is. */
  async function frozen(): Promise<RestorePointQuality> {
    if (machine === null || !isServing) return 'clean';
    try {
      await order(operation, machine, { kind: 'freeze', timeoutMs: Math.min(FREEZE_MS, timeouts.quiesceMs) }, signals);
      return 'frozen';
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('The home is copied while it is in use', { error: String(error) });
      return 'crash';
    }
  }

  async function thawed(): Promise<void> {
    try {
      await order(operation, machine!, { kind: 'thaw', timeoutMs: FREEZE_MS, isKept: true }, signals);
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('The machine did not say that it thawed; it does by itself', { error: String(error) });
    }
  }
}
