// workspace: the entity. Takes commands, runs one operation at a time, folds its outcome, publishes, and starts afresh when idle.

import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  condition,
  continueAsNew,
  executeChild,
  isCancellation,
  ParentClosePolicy,
  setHandler,
  uuid4,
} from '@temporalio/workflow';
import { errorMessage } from '../domain/errors.ts';
import { parseUsd } from '../domain/money.ts';
import {
  type Change,
  type Command,
  decide,
  type Effect,
  fold,
  newWorkspace,
  type Operation,
  type Outcome,
  type PublishedEvent,
  type WorkspaceState,
} from '../domain/workspace.ts';
import { destroy } from './destroy.ts';
import { failure, reasonOf } from './failure.ts';
import { type CommandAnswer, commandUpdate, operationWorkflowId, stateQuery, type WorkspaceInput } from './messages.ts';
import { localActivities, recordActivities } from './policies.ts';
import { provision } from './provision.ts';
import { searchAttributes } from './searchAttributes.ts';
import { showState } from './showState.ts';

/** A start whose command never arrived (the caller gave up in between) leaves nothing to do. */
const ABANDONED_AFTER = '1 hour';

export async function workspace(input: WorkspaceInput): Promise<void> {
  const { workspaceId, tenantId } = input;
  let state = input.state ?? newWorkspace(workspaceId, tenantId);
  const firstVersion = state.version;
  let publishedVersion = state.version;
  const outbox: PublishedEvent[] = [];
  const running = new Map<string, CancellationScope>();

  setHandler(stateQuery, () => state);
  setHandler(commandUpdate, take, {
    validator: (command) => void decideOrThrow(state, command),
    description: 'create or delete',
  });

  for (;;) {
    await awoken();
    if (state.version > publishedVersion) await publish();
    else if (state.phase === 'gone' || state.phase === 'new') break;
    else return continueAsNew<typeof workspace>({ workspaceId, tenantId, state });
  }
  await condition(allHandlersFinished);

  async function take(command: Command): Promise<CommandAnswer> {
    apply(decideOrThrow(state, command));
    const { status, phase, generation, version } = state;
    // The caller reads its own write: the answer waits until every reader can see it.
    await condition(() => publishedVersion >= version);
    return { workspaceId, status, phase, generation, version };
  }

  function apply(change: Change): void {
    state = change.state;
    outbox.push(...change.events.map((event) => ({ ...event, id: uuid4() })));
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
          .run(() => run(state, operation))
          .catch(outcomeOfFailure)
          .then((outcome) => {
            running.delete(operation.id);
            apply(fold(state, { type: 'operationEnded', operationId: operation.id, outcome }));
          });
      }
    }
  }

  /** Postgres lags behind by one trip at most; while it is down the slower way waits for it. */
  async function publish(): Promise<void> {
    const snapshot = state;
    const events = outbox.splice(0);
    try {
      await localActivities.publishWorkspace(snapshot, events);
    } catch (error) {
      if (isCancellation(error)) throw error;
      await recordActivities.publishWorkspace.executeWithOptions({ summary: `publish version ${snapshot.version}` }, [
        snapshot,
        events,
      ]);
    }
    publishedVersion = snapshot.version;
    showState(snapshot);
  }

  async function awoken(): Promise<void> {
    const isAwake = () => state.version > publishedVersion || isRested();
    if (state.phase === 'new') await condition(isAwake, ABANDONED_AFTER, { summary: 'no command came' });
    else await condition(isAwake);
  }

  /** Something changed in this run, and nothing is under way: its history can be dropped, so that it never grows with age. */
  function isRested(): boolean {
    return state.version > firstVersion && state.operation === null && running.size === 0 && allHandlersFinished();
  }
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

async function run(state: WorkspaceState, operation: Operation): Promise<Outcome> {
  const { workspaceId, tenantId, profile, generation } = state;
  const options = {
    workflowId: operationWorkflowId(workspaceId, operation),
    // An entity that an operator terminates takes its operation through its unwind.
    parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
    typedSearchAttributes: [
      { key: searchAttributes.tenant, value: tenantId },
      { key: searchAttributes.operation, value: operation.kind },
    ],
  };
  switch (operation.kind) {
    case 'provision': {
      if (profile === null) throw failure('INTERNAL', {});
      const owner = { workspaceId, tenantId, name: profile.name };
      const staticSummary = `generation ${generation} of ${profile.name}`;
      const { compute, tier, maxHourlyUsd } = profile;
      const maxHourly = maxHourlyUsd === undefined ? null : parseUsd(maxHourlyUsd);
      const input = { operationId: operation.id, owner, generation, asked: { compute, tier, maxHourly } };
      const provisioned = await executeChild(provision, { ...options, staticSummary, args: [input] });
      return { result: 'online', ...provisioned };
    }
    case 'destroy':
      await executeChild(destroy, {
        ...options,
        staticSummary: `destroy ${profile?.name}`,
        args: [{ operationId: operation.id, workspaceId, generation }],
      });
      return { result: 'destroyed' };
  }
}

const outcomeOfFailure = (error: unknown): Outcome =>
  isCancellation(error) ? { result: 'cancelled' } : { result: 'failed', reason: reasonOf(error) };
