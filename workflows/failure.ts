// Between the registry of errors and Temporal's failures, in both directions.

import { ApplicationFailure, ActivityFailure, ChildWorkflowFailure, isCancellation } from '@temporalio/workflow';
import { type ErrorCode, type ErrorContext, errorMessage, isErrorCode } from '../domain/errors.ts';
import type { Reason } from '../domain/workspace.ts';

/** A failure of the registry, final as far as Temporal is concerned. */
export const failure = (code: ErrorCode, context: ErrorContext): ApplicationFailure =>
  ApplicationFailure.create({
    type: code,
    message: errorMessage(code, context),
    details: [context],
    nonRetryable: true,
  });

/** The reason inside whatever an activity or a child failed with. */
export function reasonOf(error: unknown): Reason {
  if (error instanceof ActivityFailure || error instanceof ChildWorkflowFailure) return reasonOf(error.cause);
  if (error instanceof ApplicationFailure && isErrorCode(error.type)) {
    const context = (error.details?.[0] ?? {}) as ErrorContext;
    return { code: error.type, context, message: error.message };
  }
  if (isCancellation(error))
    return { code: 'OPERATION_CANCELLED', context: {}, message: errorMessage('OPERATION_CANCELLED', {}) };
  const message = error instanceof Error ? error.message : String(error);
  return { code: 'INTERNAL', context: {}, message };
}
