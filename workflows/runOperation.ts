// Runs one operation of a workspace as its child workflow, with what the entity knows, and says what came of it.

import { executeChild, ParentClosePolicy, workflowInfo } from '@temporalio/workflow';
import type { Compute } from '../domain/compute/block.ts';
import type { Asked } from '../domain/compute/gates.ts';
import { parseUsd } from '../domain/money.ts';
import type { CheckpointReason, Operation, Outcome, Profile, WorkspaceState } from '../domain/workspace.ts';
import { checkpoint } from './checkpoint.ts';
import { destroy } from './destroy.ts';
import { failure } from './failure.ts';
import { type CheckpointInput, operationWorkflowId, type RecreateInput } from './messages.ts';
import { pause } from './pause.ts';
import { provision } from './provision.ts';
import { checkpointQueueOf } from './messages.ts';
import { ofEntity, ofOperation } from './priority.ts';
import { recover } from './recover.ts';
import { recreate } from './recreate.ts';
import { restart } from './restart.ts';
import { resume } from './resume.ts';
import { searchAttributes } from './searchAttributes.ts';

export async function runOperation(state: WorkspaceState, operation: Operation): Promise<Outcome> {
  const { workspaceId, tenantId, profile, machine, home } = state;
  const { id: operationId, generation } = operation;
  if (profile === null) throw failure('INTERNAL', {});
  const owner = { workspaceId, tenantId, name: profile.name };
  const options = {
    workflowId: operationWorkflowId(workspaceId, operation),
    staticSummary: `${operation.kind} of ${profile.name}, generation ${generation}`,
    // An entity that an operator terminates takes its operation through its unwind.
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    priority: ofOperation(tenantId, operation.kind),
    typedSearchAttributes: [
      { key: searchAttributes.tenant, value: tenantId },
      { key: searchAttributes.operation, value: operation.kind },
    ],
  };
  const bootMs = state.launched?.bootMs;
  const boot = bootMs === undefined ? {} : { bootMs };
  switch (operation.kind) {
    case 'provision': {
      const { from } = operation;
      const args = [{ operationId, owner, generation, asked: askedOf(profile), from }] as const;
      return { result: 'online', ...(await executeChild(provision, { ...options, args: [...args] })) };
    }
    case 'recreate': {
      const { compute, maxHourlyUsd, strategy } = operation;
      // Of a machine that has failed nobody can say that it lets go of the home while it runs.
      const way = state.rest === 'failed' ? 'replace' : strategy;
      const asked = askedOf({ ...profile, ...(maxHourlyUsd === undefined ? {} : { maxHourlyUsd }) }, compute);
      return onAnotherMachine({ asked, strategy: way, from: null }, recreate);
    }
    case 'restore': {
      if (home === null) {
        const input = { operationId, owner, generation, asked: askedOf(profile), from: operation.from };
        return { result: 'online', ...(await executeChild(provision, { ...options, args: [input] })) };
      }
      const way = state.rest === 'failed' ? 'replace' : 'acquire-first';
      return onAnotherMachine({ asked: askedOf(profile), strategy: way, from: operation.from }, recreate);
    }
    case 'resume':
      return onAnotherMachine({ asked: askedOf(profile), strategy: 'acquire-first', from: null }, resume);
    case 'restart': {
      const { wipeBrowserProfile } = operation;
      const input = {
        operationId,
        owner,
        generation,
        home: the(home),
        machine: the(machine),
        wipeBrowserProfile,
        ...boot,
      };
      return { result: 'online', ...(await executeChild(restart, { ...options, args: [input] })) };
    }
    case 'pause': {
      const { mode } = operation;
      const compute = state.launched?.compute ?? profile.compute;
      const input = { operationId, owner, generation, home: the(home), machine: the(machine), mode, compute };
      return { result: 'paused', ...(await executeChild(pause, { ...options, args: [input] })) };
    }
    case 'checkpoint': {
      const { reason, deadline } = operation;
      const until = deadline === undefined ? {} : { deadline };
      const wasServing = state.phase === 'ready' || (state.rest === 'ready' && state.phase !== 'paused');
      const isServing = machine !== null && wasServing;
      const input = {
        operationId,
        owner,
        generation,
        home: the(home),
        machine,
        isServing,
        reason,
        ...until,
        ...insteadOf(reason),
      };
      // On a queue of its own: what AWS takes away waits for nobody.
      const first = reason === 'interruption' ? { taskQueue: checkpointQueue(), priority: ofEntity(tenantId) } : {};
      return { result: 'checkpointed', ...(await executeChild(checkpoint, { ...options, ...first, args: [input] })) };
    }
    case 'recover': {
      const { deadline, hasEnded, interruptions } = operation;
      const taken = { machine, home: the(home), hasEnded, deadline, interruptions };
      const market = state.launched?.compute.market ?? 'on-demand';
      const input = { operationId, owner, generation, asked: askedOf(profile), ...taken, market };
      return { result: 'online', ...(await executeChild(recover, { ...options, args: [input] })) };
    }
    case 'destroy': {
      const { keepDays, isServing } = operation;
      const input = { operationId, owner, generation, machine, home, isServing, keepDays };
      return { result: 'destroyed', ...(await executeChild(destroy, { ...options, args: [input] })) };
    }
  }

  function insteadOf(reason: CheckpointReason): Pick<CheckpointInput, 'instead'> {
    if (reason !== 'rebalance' || profile === null) return {};
    return { instead: { asked: askedOf(profile), interruptions: state.interruptions.length + 1 } };
  }

  async function onAnotherMachine(
    how: Pick<RecreateInput, 'asked' | 'strategy' | 'from'>,
    workflow: typeof recreate | typeof resume,
  ): Promise<Outcome> {
    const isServing = state.rest !== 'paused' && machine !== null;
    const input = { operationId, owner, generation, machine, home: the(home), isServing, ...how, ...boot };
    return { result: 'online', ...(await executeChild(workflow, { ...options, args: [input] })) };
  }
}

const checkpointQueue = (): string => checkpointQueueOf(workflowInfo().taskQueue);

const askedOf = ({ compute, tier, maxHourlyUsd }: Profile, instead: Compute = compute): Asked => ({
  compute: instead,
  tier,
  maxHourly: maxHourlyUsd === undefined ? null : parseUsd(maxHourlyUsd),
});

/** What the rules of commands have seen to (domain/workspaceCommands.ts). */
function the<Thing>(thing: Thing | null): Thing {
  if (thing === null) throw failure('INTERNAL', {});
  return thing;
}
