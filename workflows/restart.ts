// restart: the same machine boots anew, with the home as it was, and the browser's profile kept or wiped as asked.

import { log, setCurrentDetails } from '@temporalio/workflow';
import type { Home, Machine } from '../domain/machine.ts';
import type { Registration } from '../domain/workspace.ts';
import { withDeadline } from './deadline.ts';
import { failure, failureWithStanding, reasonOf } from './failure.ts';
import { MachineSignals } from './machineSignals.ts';
import type { RestartInput } from './messages.ts';
import { OldMachine } from './oldMachine.ts';
import { order } from './orders.ts';
import { callActivities, settingsActivities } from './policies.ts';
import { died } from './provision.ts';

export type Restarted = { readonly machine: Machine; readonly home: Home; readonly registration: Registration };

/** Throws BOOT_TIMEOUT where the machine does not register again: then it is of no use, and a recreate keeps the home. */
export async function restart(input: RestartInput): Promise<Restarted> {
  const { operationId, owner, home, machine, wipeBrowserProfile } = input;
  const operation = { workspaceId: owner.workspaceId, operationId };
  const timeouts = await settingsActivities.readTimeouts();
  const signals = new MachineSignals();
  const { quiesceMs: timeoutMs } = timeouts;
  const { bootMs = timeouts.bootMs } = input;
  if (wipeBrowserProfile) await order(operation, machine, { kind: 'wipe-browser-profile', timeoutMs }, signals);

  setCurrentDetails('**bringing the home to rest**');
  const old = new OldMachine({ operation, home, machine, isServing: true, timeouts, signals });
  // A hung machine is what people restart: it need not agree.
  await old.rest().catch((error) => log.warn('It reboots without having come to rest', { error: String(error) }));

  setCurrentDetails(`**rebooting ${machine.instanceId}**`);
  signals.forget(machine);
  await callActivities.rebootMachine.executeWithOptions({ summary: `reboot ${machine.instanceId}` }, [
    operation,
    machine,
    bootMs,
  ]);
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
}
