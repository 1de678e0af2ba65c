// workspace: the entity. Takes commands, runs one operation at a time, folds its outcome, publishes, and starts afresh when idle.

import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  getExternalWorkflowHandle,
  isCancellation,
  log,
  setHandler,
  uuid4,
} from '@temporalio/workflow';
import { errorMessage } from '../domain/errors.ts';
import type { OperationId } from '../domain/ids.ts';
import { nextRetryAt } from '../domain/interruption.ts';
import { takenUp } from '../domain/revival.ts';
import {
  type At,
  type Change,
  type Command,
  type Effect,
  newWorkspace,
  type Outcome,
  type PublishedEvent,
  type PublishedOperation,
  type WorkspaceEvent,
  type WorkspaceState,
} from '../domain/workspace.ts';
import { decide } from '../domain/workspaceCommands.ts';
import { fold } from '../domain/workspaceOutcomes.ts';
import { reasonOf, standingOf } from './failure.ts';
import {
  checkpointDueSignal,
  type CommandAnswer,
  commandUpdate,
  idleSignal,
  interruptionNoticeSignal,
  type MachineEndedFact,
  machineEndedSignal,
  operationWorkflowId,
  serviceInterruptedSignal,
  serviceRestoredSignal,
  stateQuery,
  type WorkspaceInput,
} from './messages.ts';
import { localFirst } from './localFirst.ts';
import { localActivities, recordActivities } from './policies.ts';
import { runOperation } from './runOperation.ts';
import { showState } from './showState.ts';

/** A start whose command never arrived (the caller gave up in between) leaves nothing to do. */
const ABANDONED_AFTER = '1 hour';

export async function workspace(input: WorkspaceInput): Promise<void> {
  const { workspaceId, tenantId } = input;
  // What an older version carried over lacks what was added since.
  let state: WorkspaceState = { ...newWorkspace(workspaceId, tenantId), ...input.state };
  const firstVersion = state.version;
  let publishedVersion = state.version;
  const outbox: PublishedEvent[] = [];
  const operations: PublishedOperation[] = [];
  const running = new Map<string, CancellationScope>();

  setHandler(stateQuery, () => state);
  setHandler(interruptionNoticeSignal, (notice) => apply(fold(state, { type: 'noticed', notice, ...at() })));
  setHandler(machineEndedSignal, (fact) => {
    tellOperations(fact);
    apply(fold(state, { type: 'machineEnded', ...fact, ...at() }));
  });
  setHandler(serviceRestoredSignal, (fact) => apply(fold(state, { type: 'serviceRestored', ...fact, ...at() })));
  setHandler(idleSignal, (idle) => apply(fold(state, { type: 'idle', ...idle })));
  setHandler(checkpointDueSignal, (due) => apply(fold(state, { type: 'checkpointDue', ...due })));
  setHandler(serviceInterruptedSignal, (operationId) =>
    apply(fold(state, { type: 'serviceInterrupted', operationId })),
  );
  // After the signals: what came before a run has begun is taken in in the order of the handlers, and must be in the same one when it is
  // replayed, where a command never comes before the signals that it was accepted after.
  setHandler(commandUpdate, take, {
    validator: (command) => void decideOrThrow(state, command),
    description: 'create, recreate, restart, pause, resume, checkpoint, restore, update, abort or delete',
  });

  if (input.takenUp !== undefined) {
    const { keepDays } = input.takenUp;
    apply(takenUp(state, keepDays === null ? null : { operationId: uuid4() as OperationId, keepDays }));
  }

  for (;;) {
    await awoken();
    if (state.version > publishedVersion) await publish();
    else if (state.phase === 'gone' || state.phase === 'new') break;
    else if (isRested()) return continueAsNew<typeof workspace>({ workspaceId, tenantId, state });
  }
  await condition(allHandlersFinished);

  async function take(command: Command): Promise<CommandAnswer> {
    apply(decideOrThrow(state, command));
    const { status, phase, generation, version, operation, next } = state;
    const operationId =
      command.type === 'delete' ? (next ?? operation ?? { id: command.operationId }).id : command.operationId;
    // The caller reads its own write: the answer waits until every reader can see it.
    await condition(() => publishedVersion >= version);
    return { workspaceId, status, phase, generation, version, operation: operation?.kind ?? null, operationId };
  }

  function apply(change: Change): void {
    state = change.state;
    outbox.push(...change.events.map((event) => ({ ...event, key: keyOf(event, state.version) })));
    operations.push(...change.operations);
    for (const effect of change.effects) carryOut(effect);
  }

  function carryOut(effect: Effect): void {
    switch (effect.type) {
      case 'cancel':
        return running.get(effect.operationId)?.cancel();
      case 'start': {
        const { operation } = effect;
        const scope = new CancellationScope({ cancellable: true });
        running.set(operation.id, scope);
        void scope
          .run(() => runOperation(state, operation))
          .catch(outcomeOfFailure)
          .then((outcome) => {
            running.delete(operation.id);
            apply(fold(state, { type: 'operationEnded', operationId: operation.id, outcome, ...at() }));
          });
      }
    }
  }

  /** Whoever waits for an answer of that machine waits no longer; an operation that is over need not know. */
  function tellOperations(fact: MachineEndedFact): void {
    for (const operation of [state.operation, ...state.checkpoints]) {
      if (operation === null) continue;
      void getExternalWorkflowHandle(operationWorkflowId(workspaceId, operation))
        .signal(machineEndedSignal, fact)
        .catch((error: unknown) => log.info('An operation was over when its machine ended', { error: String(error) }));
    }
  }

  /** Postgres lags behind by one trip at most; while it is down the slower way waits for it. */
  async function publish(): Promise<void> {
    const snapshot = state;
    const events = outbox.splice(0);
    const changed = operations.splice(0);
    await localFirst(
      () => localActivities.publishWorkspace(snapshot, events, changed),
      () =>
        recordActivities.publishWorkspace.executeWithOptions({ summary: `publish version ${snapshot.version}` }, [
          snapshot,
          events,
          changed,
        ]),
    );
    publishedVersion = snapshot.version;
    showState(snapshot);
  }

  async function awoken(): Promise<void> {
    const isAwake = () => state.version > publishedVersion || isRested();
    const retryAt = nextRetryAt(state);
    if (state.phase === 'new') await condition(isAwake, ABANDONED_AFTER, { summary: 'no command came' });
    else if (retryAt !== null) await untilRetry(retryAt, isAwake);
    else await condition(isAwake);
  }

  /** Capacity is looked for again at its time, unless something else comes first. */
  async function untilRetry(at: string, isAwake: () => boolean): Promise<void> {
    const leftMs = Math.max(1, Date.parse(at) - Date.now());
    const isEarlier = await condition(isAwake, leftMs, { summary: `looks for capacity again at ${at}` });
    if (!isEarlier) apply(fold(state, { type: 'retryDue' }));
  }

  /** Something changed in this run, and nothing is under way: its history can be dropped, so that it never grows with age. */
  function isRested(): boolean {
    return state.version > firstVersion && state.operation === null && running.size === 0 && allHandlersFinished();
  }
}

const at = (): At => ({ now: new Date().toISOString() });

/**
 * The same for the same event, whenever it is made again: a workflow task that publishes and then does not count is done anew, with
 * other signals before it maybe. So it names what the event is about where that happens once.
 */
function keyOf({ type, payload }: WorkspaceEvent, version: number): string {
  const about = payload['operation_id'] ?? payload['instance_id'] ?? version;
  return `${type}/${String(about)}`;
}

function decideOrThrow(state: WorkspaceState, command: Command): Change {
  const decision = decide(state, command);
  if ('refused' in decision) {
    const { refused, context } = decision;
    throw ApplicationFailure.create({
      type: refused,
      message: errorMessage(refused, context),
      details: [context],
      nonRetryable: true,
      category: 'BENIGN',
    });
  }
  return decision;
}

function outcomeOfFailure(error: unknown): Outcome {
  const standing = standingOf(error);
  const left = standing === undefined ? {} : { standing };
  return isCancellation(error)
    ? { result: 'cancelled', ...left }
    : { result: 'failed', reason: reasonOf(error), ...left };
}
