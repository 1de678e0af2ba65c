// displayControl: who may move the mouse of one workspace. It takes requests one after the other, lives only while somebody holds
// control, asks for it or is kept out for it, and goes on from what Postgres has of the last run.

import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  setHandler,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import {
  type ControlRequest,
  isFree,
  type Lock,
  type LockChange,
  type LockRefusal,
  TTL_SECONDS,
} from '../domain/control-lock.ts';
import { decideControl } from '../domain/control-lock-requests.ts';
import { errorMessage } from '../domain/errors.ts';
import { ControlBook } from './controlBook.ts';
import {
  controlUpdate,
  type DisplayControlInput,
  displayRevokedSignal,
  lockQuery,
  type TakeoverRequest,
  takeoverSignal,
} from './controlMessages.ts';
import { machineAnsweredSignal } from './messages.ts';
import { recordActivities } from './policies.ts';

export async function displayControl(input: DisplayControlInput): Promise<void> {
  let book: ControlBook | null = null;
  /** What waits for its turn: one change at a time, each decided on what the one before has left. */
  const turns: ((at: ControlBook) => Promise<void>)[] = [];

  setHandler(lockQuery, () => book?.lock ?? null);
  setHandler(takeoverSignal, (request = {}) => void turns.push((at) => takeOver(at, complete(request))));
  setHandler(displayRevokedSignal, (fact) => void turns.push((at) => at.fold({ type: 'revoked', ...fact })));
  // The order to yield has the request's own id.
  setHandler(machineAnsweredSignal, ({ orderId, ok }) => {
    if (ok) turns.push((at) => at.fold({ type: 'yielded', requestId: orderId }));
  });
  // After the signals, as in workspace.ts.
  setHandler(controlUpdate, take, { validator: mayBeTaken, description: 'acquire, release, force, pause or resume' });

  book = await ControlBook.open(input);
  for (;;) {
    await book.foldDue();
    const turn = turns.shift();
    if (turn !== undefined) {
      await turn(book);
      continue;
    }
    if (isFree(book.lock)) break;
    if (workflowInfo().continueAsNewSuggested && book.lock.pending === null && allHandlersFinished())
      return continueAsNew<typeof displayControl>(input);
    await untilNews(book);
  }
  await condition(allHandlersFinished);

  /** Nobody is told of a grant before Postgres has it. */
  async function take(request: ControlRequest): Promise<Lock> {
    const answer = await new Promise<Lock | LockRefusal>((resolve) => {
      turns.push(async (at) => {
        const decide = (lock: Lock) => decideControl(lock, request, Date.now(), at.rules);
        const refusal = await at.change(decide);
        // From a person it is nobody's first: then it is asked for again.
        const isHalf = refusal === null && request.type === 'force' && at.lock.holder === null;
        resolve((isHalf ? await at.change(decide) : refusal) ?? at.lock);
      });
    });
    if ('refused' in answer) throw refusedWith(answer);
    if (request.type !== 'force') return answer;
    // From an agent it is taken once its last permit has run out.
    await condition(() => book!.lock.pending?.requestId !== request.requestId);
    if (book!.lock.holder?.actor !== request.actor)
      throw refusedWith({ refused: 'DISPLAY_UNAVAILABLE', context: { status: 'gone' } });
    return book!.lock;
  }

  /** What can't be had anyway leaves nothing in the history. */
  function mayBeTaken(request: ControlRequest): void {
    if (book === null || turns.length > 0 || book.nextDue()?.ms === 0) return;
    const decision: LockChange | LockRefusal = decideControl(book.lock, request, Date.now(), book.rules);
    if ('refused' in decision) throw refusedWith(decision);
  }

  async function takeOver(at: ControlBook, request: ControlRequest & { readonly type: 'takeover' }): Promise<void> {
    const refusal = await at.change((lock) => decideControl(lock, request, Date.now(), at.rules));
    if (refusal === null) return;
    const { actor, requestId } = request;
    await recordActivities.recordRefusedTakeover.executeWithOptions({ summary: `refused: ${refusal.refused}` }, [
      input,
      at.lock,
      { id: uuid4(), verb: 'takeover', stage: 'failed', actor, because: refusal.refused, requestId },
    ]);
  }

  async function untilNews(at: ControlBook): Promise<void> {
    const due = at.nextDue();
    const hasNews = () => turns.length > 0;
    if (due === null) await condition(hasNews);
    else if (due.ms > 0) await condition(hasNews, due.ms, { summary: due.summary });
  }
}

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An operator may say as little as nothing. */
function complete({
  actor,
  ttlSeconds,
  generation,
  requestId,
}: TakeoverRequest): ControlRequest & { type: 'takeover' } {
  const isInRange = ttlSeconds !== undefined && ttlSeconds >= TTL_SECONDS.min && ttlSeconds <= TTL_SECONDS.max;
  return {
    type: 'takeover',
    actor: actor ?? 'operator',
    ttlSeconds: isInRange ? ttlSeconds : TTL_SECONDS.usual,
    generation: generation ?? 0,
    requestId: requestId !== undefined && UUID.test(requestId) ? requestId : uuid4(),
  };
}

const refusedWith = ({ refused, context }: LockRefusal): ApplicationFailure =>
  ApplicationFailure.create({
    type: refused,
    message: errorMessage(refused, context),
    details: [context],
    nonRetryable: true,
    category: 'BENIGN',
  });
