// resume: the stopped machine starts again; where there is none, or no room for it, another one is made for the same home.

import { ActivityFailure, ApplicationFailure, CancellationScope, log, setCurrentDetails } from '@temporalio/workflow';
import type { Machine } from '../domain/machine.ts';
import { withDeadline } from './deadline.ts';
import { failure } from './failure.ts';
import { MachineSignals } from './machineSignals.ts';
import type { RecreateInput } from './messages.ts';
import { readTimeouts } from './localFirst.ts';
import { callActivities, launchActivities, recordActivities } from './policies.ts';
import { died, type Provisioned } from './provision.ts';
import { recreate } from './recreate.ts';
import type { Restarted } from './restart.ts';

/** Paused it stays where neither can be had: the home is not touched, and the failure says what was tried. */
export async function resume(input: RecreateInput): Promise<Provisioned | Restarted> {
  const { machine } = input;
  const started = machine === null ? null : await startAgain(machine, input);
  return started ?? recreate(input);
}

/** Null where the machine can't be had back: no room in its zone, or it is gone. */
async function startAgain(machine: Machine, input: RecreateInput): Promise<Restarted | null> {
  const { operationId, owner, asked, home } = input;
  const operation = { workspaceId: owner.workspaceId, operationId };
  const { instanceId, generation } = machine;
  const timeouts = await readTimeouts();
  const { bootMs = timeouts.bootMs } = input;
  const signals = new MachineSignals();
  try {
    setCurrentDetails(`**starting ${instanceId}**`);
    // The gates again, and the money and vCPUs: what was given back when it paused may be somebody else's by now.
    const plan = { operation, owner, generation };
    const summary = 'plan: gates, price, quota';
    const { shape } = await callActivities.planLaunch.executeWithOptions({ summary }, [{ ...plan, asked }]);
    if (shape.instanceType !== machine.instanceType) {
      // It stood in for the first one when it was launched: it is what has to be paid for.
      const compute = { ...asked.compute, instance_type: machine.instanceType };
      await callActivities.planLaunch.executeWithOptions({ summary }, [{ ...plan, asked: { ...asked, compute } }]);
    }
    const market = asked.compute.market ?? 'on-demand';
    await launchActivities.startMachine.executeWithOptions({ summary: `start ${instanceId}` }, [
      operation,
      machine,
      market,
      bootMs,
    ]);
    const registration = await withDeadline(
      bootMs,
      `${instanceId} back, ${bootMs / 1000} s`,
      () => signals.untilRegistered(machine).catch(died),
      () => failure('BOOT_TIMEOUT', { timeout_seconds: bootMs / 1000, instance_id: instanceId }),
    );
    setCurrentDetails(`online on ${instanceId}`);
    return { machine, home, registration };
  } catch (error) {
    await CancellationScope.nonCancellable(() => pausedAgain(machine, input, cantBeHad(error)));
    if (!cantBeHad(error)) throw error;
    log.info('The stopped machine can not be started; another one is made', { instanceId });
    return null;
  }
}

/** A machine that runs and serves nobody would only cost; what it had reserved shrinks to its storage. */
async function pausedAgain(machine: Machine, input: RecreateInput, isStopped: boolean): Promise<void> {
  const { operationId, owner, asked } = input;
  const operation = { workspaceId: owner.workspaceId, operationId };
  if (!isStopped) {
    const summary = `stop ${machine.instanceId} again`;
    await callActivities.stopMachine.executeWithOptions({ summary }, [operation, machine]);
  }
  const { workspaceId, tenantId } = owner;
  const { generation } = machine;
  await recordActivities.reserveStorage.executeWithOptions({ summary: 'reserve what storage costs' }, [
    { workspaceId, tenantId, generation, compute: asked.compute, keepsRoot: true },
  ]);
}

/** No room in its zone, or the machine is gone: another one is the way. */
function cantBeHad(error: unknown): boolean {
  const type = error instanceof ActivityFailure && error.cause instanceof ApplicationFailure ? error.cause.type : '';
  return type === 'AWS_CAPACITY' || type === 'MACHINE_DIED';
}
