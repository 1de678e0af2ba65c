// restart: the same machine boots anew, with the home as it was, and the browser's profile kept or wiped as asked.

import { CancellationScope, isCancellation, log, setCurrentDetails } from '@temporalio/workflow';
import type { Home, Machine } from '../domain/machine.ts';
import type { Registration } from '../domain/workspace.ts';
import { withDeadline } from './deadline.ts';
import { failure, failureWithStanding, reasonOf } from './failure.ts';
import { MachineSignals } from './machineSignals.ts';
import type { RestartInput } from './messages.ts';
import { OldMachine } from './oldMachine.ts';
import { order } from './orders.ts';
import { readTimeouts } from './localFirst.ts';
import { callActivities } from './policies.ts';
import { died } from './provision.ts';

export type Restarted = { readonly machine: Machine; readonly home: Home; readonly registration: Registration };

/** Throws BOOT_TIMEOUT where the machine does not register again: then it is of no use, and a recreate keeps the home. */
export async function restart(input: RestartInput): Promise<Restarted> {
  const { operationId, owner, home, machine, wipeBrowserProfile } = input;
  const operation = { workspaceId: owner.workspaceId, operationId };
  const timeouts = await readTimeouts();
  const signals = new MachineSignals();
  const { quiesceMs: timeoutMs } = timeouts;
  const { bootMs = timeouts.bootMs } = input;
  if (wipeBrowserProfile) await order(operation, machine, { kind: 'wipe-browser-profile', timeoutMs }, signals);

  setCurrentDetails('**bringing the home to rest**');
  const old = new OldMachine({ operation, home, machine, isServing: true, timeouts, signals });
  try {
    await rested();
    setCurrentDetails(`**rebooting ${machine.instanceId}**`);
    signals.forget(machine);
    // Asked for or not, and nothing in between: who calls it off must not leave a machine that is at rest for good.
    await CancellationScope.nonCancellable(rebooted);
  } catch (error) {
    await CancellationScope.nonCancellable(() => asItWas(error));
    throw error;
  }
  const registration = await withDeadline(
    bootMs,
    `${machine.instanceId} back, ${bootMs / 1000} s`,
    () => signals.untilRegistered(machine).catch(died),
    () => failure('BOOT_TIMEOUT', { timeout_seconds: bootMs / 1000, instance_id: machine.instanceId }),
  ).catch((error) => {
    const { code, context } = reasonOf(error);
    throw failureWithStanding(code, context, { phase: 'failed', machine, home });
  });
  setCurrentDetails(`online on ${machine.instanceId}`);
  return { machine, home, registration };

  /** A hung machine is what people restart: it need not agree. */
  async function rested(): Promise<void> {
    try {
      await old.rest();
    } catch (error) {
      if (isCancellation(error)) throw error;
      log.warn('It reboots without having come to rest', { error: String(error) });
    }
  }

  async function rebooted(): Promise<void> {
    const options = { summary: `reboot ${machine.instanceId}`, scheduleToCloseTimeout: bootMs };
    await callActivities.rebootMachine.executeWithOptions(options, [operation, machine, bootMs]);
  }

  /** It serves on, with its home; throws what it is left with where it does not. */
  async function asItWas(because: unknown): Promise<void> {
    // One that has ended is the sweep's to tell of, and its workspace recovers.
    if (reasonOf(because).code === 'MACHINE_DIED') return;
    try {
      await old.takeBack();
    } catch (lost) {
      const { code, context } = reasonOf(lost);
      throw failureWithStanding(code, context, { phase: 'failed', machine, home });
    }
  }
}
