// Between the registry of errors and Temporal's failures, in both directions.

import { ApplicationFailure, ActivityFailure, ChildWorkflowFailure, isCancellation } from '@temporalio/workflow';
import { type ErrorCode, type ErrorContext, errorMessage, isErrorCode } from '../domain/errors.ts';
import type { Reason, Standing } from '../domain/workspace.ts';

/** A failure of the registry, final as far as Temporal is concerned. */
export const failure = (code: ErrorCode, context: ErrorContext): ApplicationFailure =>
  ApplicationFailure.create({
    type: code,
    message: errorMessage(code, context),
    details: [context],
    nonRetryable: true,
  });

/** As `failure`, saying what the workspace is left with: not what it had before. */
export const failureWithStanding = (code: ErrorCode, context: ErrorContext, standing: Standing): ApplicationFailure =>
  ApplicationFailure.create({
    type: code,
    message: errorMessage(code, context),
    details: [context, standing],
    nonRetryable: true,
  });

/** What an operation's failure says that the workspace is left with; undefined = what it had before. */
export function standingOf(error: unknown): Standing | undefined {
  if (error instanceof ChildWorkflowFailure) return standingOf(error.cause);
  return error instanceof ApplicationFailure ? (error.details?.[1] as Standing | undefined) : undefined;
}

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
