// provision: from a plan to a machine that has its home mounted and has registered, or back to nothing.

import { log, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import type { Home, HomeSource, LaunchPlan, Machine } from '../domain/machine.ts';
import type { Launched, Registration, RestoreSource } from '../domain/workspace.ts';
import { acquireMachine } from './acquireMachine.ts';
import { withDeadline } from './deadline.ts';
import { failure } from './failure.ts';
import { MachineEnded, MachineSignals } from './machineSignals.ts';
import type { ProvisionInput } from './messages.ts';
import { newHome } from './newHome.ts';
import { callActivities, recordActivities } from './policies.ts';
import { searchAttributes } from './searchAttributes.ts';
import { Unwind } from './unwind.ts';

export type Provisioned = {
  readonly machine: Machine;
  readonly home: Home;
  readonly registration: Registration;
  readonly launched: Launched;
  /** Absent where the home is a new one. */
  readonly homeSource?: HomeSource;
};

export async function provision({ operationId, owner, generation, asked, from }: ProvisionInput): Promise<Provisioned> {
  const operation = { workspaceId: owner.workspaceId, operationId };
  const signals = new MachineSignals();
  const undo = new Unwind();
  let step = 'planning';
  let instanceId: string | null = null;
  const onStep = (next: string) => {
    step = next;
    setCurrentDetails(`**${step}**`);
  };

  return undo
    .onFailure(async () => {
      const startedAt = Date.now();
      onStep('planning');
      undo.push('release what was reserved', () =>
        recordActivities.releaseReservation.executeWithOptions({ summary: 'release what was reserved' }, [
          owner.workspaceId,
          { from: generation, to: generation },
        ]),
      );
      const plan = await callActivities.planLaunch.executeWithOptions({ summary: 'plan: gates, price, image, zones' }, [
        { operation, owner, generation, asked },
      ]);
      const timeoutSeconds = plan.timeoutMs / 1000;
      const bootDeadlineAt = new Date(startedAt + plan.timeoutMs).toISOString();

      return withDeadline(
        plan.timeoutMs,
        `provision timeout, ${timeoutSeconds} s`,
        async () => {
          const { machine, home } = await acquireMachine(
            { operation, owner, generation, plan, bootDeadlineAt: () => bootDeadlineAt, provesHome: false },
            signals,
            undo,
            onStep,
            newHome({ operation, owner, plan, from }, signals),
          );
          instanceId = machine.instanceId;
          upsertSearchAttributes([
            { key: searchAttributes.region, value: machine.region },
            { key: searchAttributes.instance, value: instanceId },
          ]);
          onStep(`waiting for ${instanceId} to mount ${home.volumeId} and register`);
          const registration = await signals.untilRegistered(machine).catch(died);
          // The point of no return: the machine serves its user from here on.
          undo.forget();
          onStep(`online on ${instanceId}`);
          const source = from === null ? {} : { homeSource: ofRestorePoint(from) };
          return { machine, home, registration, launched: launchedAs(asked, plan, machine), ...source };
        },
        () =>
          instanceId === null
            ? failure('PROVISION_TIMEOUT', { timeout_seconds: timeoutSeconds, step })
            : failure('BOOT_TIMEOUT', { timeout_seconds: timeoutSeconds, instance_id: instanceId }),
      );
    })
    .catch((error) => {
      log.warn('provision was unwound', { step });
      setCurrentDetails(`unwound; the last step was **${step}**`);
      throw error;
    });
}

export const ofRestorePoint = ({ restorePointId }: RestoreSource): HomeSource => ({
  from: 'restore-point',
  restorePointId,
});

/** What the entity remembers of the launch. */
export function launchedAs(
  { compute }: ProvisionInput['asked'],
  { imageId, takes, hourlyUsd, timeoutMs: bootMs }: LaunchPlan,
  { instanceType }: Machine,
): Launched {
  const own = takes.find((each) => each.instanceType === instanceType);
  return { compute, imageId, hourlyUsd: own === undefined ? hourlyUsd : own.hourlyUsd, bootMs };
}

export function died(error: unknown): never {
  if (!(error instanceof MachineEnded)) throw error;
  throw failure('MACHINE_DIED', {
    instance_id: error.fact.instanceId,
    state_reason: error.fact.stateReason ?? 'no reason given',
  });
}
