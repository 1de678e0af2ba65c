// destroy: a last restore point where one is to be kept, then every machine of a workspace ended and its homes deleted. Finding
// nothing is success.

import { CancellationScope, log, setCurrentDetails } from '@temporalio/workflow';
import type { Home, RestorePointQuality } from '../domain/machine.ts';
import { endMachine } from './endMachine.ts';
import { MachineSignals } from './machineSignals.ts';
import type { DestroyInput } from './messages.ts';
import { OldMachine } from './oldMachine.ts';
import { parkControl } from './parkControl.ts';
import { readTimeouts } from './localFirst.ts';
import { callActivities, recordActivities } from './policies.ts';
import { wholeRestorePoint } from './restorePoints.ts';

/** ISO; until then it can be restored. Null = it can't. */
export type Destroyed = { readonly restoreUntil: string | null };

/** Nobody can call it off: what is half gone would be nobody's, also where an operator terminates its entity. */
export const destroy = (input: DestroyInput): Promise<Destroyed> =>
  CancellationScope.nonCancellable(() => destroyed(input));

async function destroyed(input: DestroyInput): Promise<Destroyed> {
  const { operationId, owner, generation, machine, home, isServing, keepDays } = input;
  const { workspaceId } = owner;
  const operation = { workspaceId, operationId };
  const signals = new MachineSignals();
  const timeouts = await readTimeouts();
  await parkControl(operation, { generation, isForGood: true });
  let quality: RestorePointQuality = 'clean';
  let manifest: Record<string, unknown> | null = null;
  if (keepDays > 0 && home !== null && machine !== null && isServing) {
    setCurrentDetails('**bringing the home to rest**');
    const old = new OldMachine({ operation, home, machine, isServing: true, timeouts, signals });
    try {
      await old.rest();
      ({ manifest, quality } = old);
    } catch (error) {
      quality = 'crash';
      log.warn('It is deleted without having come to rest', { error: String(error) });
    }
  }
  const { launches, homes } = await recordActivities.listHoldings.executeWithOptions(
    { summary: 'list what it may still own' },
    [workspaceId],
  );
  setCurrentDetails(`**ending ${launches.length} machine(s)**, then deleting ${homes.length} home(s)`);
  await Promise.all(launches.map((launch) => endMachine(operation, launch, signals)));
  // A delete that is asked for again, after one that failed late, may find the home gone already.
  const isThere = home !== null && homes.includes(home.volumeId);
  const restoreUntil = keepDays > 0 ? await keep(isThere ? home : null) : await keepNothing();
  const summary = `delete ${homes.length} home(s)`;
  if (homes.length > 0)
    await callActivities.deleteHomes.executeWithOptions({ summary }, [operation, workspaceId, { allBut: null }]);
  await recordActivities.releaseReservation.executeWithOptions({ summary: 'release what was reserved' }, [
    workspaceId,
    { from: 1, to: generation },
  ]);
  setCurrentDetails(restoreUntil === null ? 'nothing is left' : `can be restored until ${restoreUntil}`);
  return { restoreUntil };

  /** The home is deleted only once it is whole in a restore point. */
  async function keep(last: Home | null): Promise<string | null> {
    if (last !== null) {
      setCurrentDetails(`**keeping a restore point of ${last.volumeId}**`);
      const context = { operation, owner, generation, home: last, timeouts, signals };
      await wholeRestorePoint(context, { reason: 'delete', quality, manifest });
    }
    const kept = await recordActivities.keepRestorePoints.executeWithOptions({ summary: `keep for ${keepDays} days` }, [
      workspaceId,
      keepDays,
    ]);
    return kept;
  }

  async function keepNothing(): Promise<null> {
    await callActivities.deleteRestorePoints.executeWithOptions({ summary: 'delete its restore points' }, [
      workspaceId,
    ]);
    return null;
  }
}
