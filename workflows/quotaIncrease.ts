// quotaIncrease: asks AWS for a higher quota when it is told to, and follows the request until AWS has decided.

import {
  ActivityFailure,
  allHandlersFinished,
  condition,
  continueAsNew,
  setCurrentDetails,
  setHandler,
  sleep,
  workflowInfo,
} from '@temporalio/workflow';
import { isOpenRequest, type QuotaRequest } from '../domain/quotaRequest.ts';
import { type QuotaIncreaseInput, requestIncreaseUpdate } from './messages.ts';
import { callActivities } from './policies.ts';

/** A support case takes days: from then on it is looked at as rarely as this. */
const LOOK_AT_LEAST_EVERY_MS = 3_600_000;

export async function quotaIncrease(input: QuotaIncreaseInput): Promise<string> {
  const { code, lookEveryMs } = input;
  let request: QuotaRequest | null = input.request ?? null;
  let asked = 0;
  setHandler(
    requestIncreaseUpdate,
    async (desired) => {
      try {
        request = await callActivities.requestQuotaIncrease.executeWithOptions({ summary: `ask for ${desired}` }, [
          code,
          desired,
        ]);
        return request;
      } catch (error) {
        // A refusal is the caller's answer, by its own type.
        throw error instanceof ActivityFailure && error.cause !== undefined ? error.cause : error;
      } finally {
        asked += 1;
      }
    },
    { description: 'vCPUs that are wanted; an open request is answered instead of doubled' },
  );

  if (request === null) await condition(() => asked > 0);
  do {
    for (let everyMs = lookEveryMs; isUnderWay(request); everyMs = Math.min(everyMs * 2, LOOK_AT_LEAST_EVERY_MS)) {
      setCurrentDetails(`**${request.status}**: ${request.desired} vCPUs, request ${request.id}`);
      await sleep(everyMs, { summary: 'until AWS is asked again' });
      const summary = `look at ${request.id}`;
      const seen: QuotaRequest = await callActivities.followQuotaIncrease.executeWithOptions({ summary }, [request]);
      // Another one may have been asked for meanwhile.
      if (request.id === seen.id) request = seen;
      if (workflowInfo().continueAsNewSuggested && allHandlersFinished()) {
        await continueAsNew<typeof quotaIncrease>({ ...input, request });
      }
    }
    await condition(allHandlersFinished);
  } while (isUnderWay(request));
  return outcomeOf(request);
}

const isUnderWay = (request: QuotaRequest | null): request is QuotaRequest =>
  request !== null && isOpenRequest(request);

const outcomeOf = (request: QuotaRequest | null): string =>
  request === null ? 'nothing was asked for' : `${request.status}: ${request.desired} vCPUs`;
