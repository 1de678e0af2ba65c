// pause: the home at rest, then the machine stopped, or ended with a restore point of the home. What stays costs storage alone.

import { ActivityFailure, ApplicationFailure, CancellationScope, log, setCurrentDetails } from '@temporalio/workflow';
import type { Home, Machine, RestorePointQuality } from '../domain/machine.ts';
import { withDeadline } from './deadline.ts';
import { endMachine } from './endMachine.ts';
import { failure, failureWithStanding, reasonOf } from './failure.ts';
import { MachineEnded, MachineSignals } from './machineSignals.ts';
import type { PauseInput } from './messages.ts';
import { OldMachine } from './oldMachine.ts';
import { readTimeouts } from './localFirst.ts';
import { callActivities, recordActivities } from './policies.ts';
import { takeRestorePoint } from './restorePoints.ts';

export type Paused = { readonly machine: Machine | null; readonly home: Home; readonly hourlyUsd: string | null };

export async function pause(input: PauseInput): Promise<Paused> {
  const { operationId, owner, generation, home, machine, mode, compute } = input;
  const operation = { workspaceId: owner.workspaceId, operationId };
  const { workspaceId } = owner;
  const timeouts = await readTimeouts();
  const signals = new MachineSignals();
  const old = new OldMachine({ operation, home, machine, isServing: true, timeouts, signals });

  setCurrentDetails('**bringing the home to rest**');
  // A machine that does not answer is stopped all the same: that is what its user wants, and the home is on its own volume.
  let quality: RestorePointQuality = 'clean';
  try {
    await old.rest();
    ({ quality } = old);
  } catch (error) {
    if (isCancelled()) {
      await CancellationScope.nonCancellable(() => old.takeBack());
      throw error;
    }
    quality = 'crash';
    log.warn('The machine is stopped without having come to rest', { error: String(error) });
  }

  // From here on it goes forward: a machine that is half stopped is of no use to anybody.
  return CancellationScope.nonCancellable(async () => {
    const kept = await (mode === 'stop' ? stopped() : ended()).catch(asItWas);
    const summary = 'reserve what storage costs';
    const hourlyUsd = await recordActivities.reserveStorage.executeWithOptions({ summary }, [
      { workspaceId, tenantId: owner.tenantId, generation, compute, keepsRoot: kept !== null },
    ]);
    setCurrentDetails(`paused at ${hourlyUsd ?? 'an unknown price'} an hour`);
    return { machine: kept, home, hourlyUsd };
  });

  /** What can't be stopped serves on, with its home. */
  async function asItWas(because: unknown): Promise<never> {
    try {
      await old.takeBack();
    } catch (lost) {
      const { code, context } = reasonOf(lost);
      throw failureWithStanding(code, context, { phase: 'failed', machine, home });
    }
    throw because;
  }

  function isCancelled(): boolean {
    return CancellationScope.current().consideredCancelled;
  }

  /** Null where it has ended meanwhile: then the home alone is kept. */
  async function stopped(): Promise<Machine | null> {
    try {
      await stop();
      return machine;
    } catch (error) {
      if (!hasEnded(error)) throw error;
      log.warn('The machine has ended before it stopped', { error: String(error) });
      return null;
    }
  }

  async function stop(): Promise<void> {
    const { instanceId } = machine;
    setCurrentDetails(`**stopping ${instanceId}**`);
    signals.forget(machine);
    await callActivities.stopMachine.executeWithOptions({ summary: `stop ${instanceId}` }, [operation, machine]);
    const timeout_seconds = timeouts.stopMs / 1000;
    await withDeadline(
      timeouts.stopMs,
      `${instanceId} stopped, ${timeout_seconds} s`,
      () => signals.untilState(machine, 'stopped'),
      () => failure('HOME_MOVE_TIMEOUT', { resource_id: instanceId, wanted: 'stopped', timeout_seconds }),
    );
  }

  async function ended(): Promise<null> {
    setCurrentDetails('**taking a restore point, then ending the machine**');
    await takeRestorePoint(
      { operation, owner, generation, home, timeouts, signals },
      { reason: 'pause', quality, manifest: old.manifest },
    );
    await endMachine(operation, { workspaceId, generation: machine.generation, attempt: machine.attempt }, signals);
    return null;
  }
}

const hasEnded = (error: unknown): boolean =>
  error instanceof MachineEnded ||
  (error instanceof ActivityFailure &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === 'MACHINE_DIED');
