// Turns whatever an activity met into the failure that Temporal should see: a code of the registry, and whether to try again.

import { ApplicationFailure, Context } from '@temporalio/activity';
import { BerthError, type ErrorCode, errorMessage } from '../domain/errors.ts';
import { isUnavailable } from '../store/pool.ts';
import { type AwsError, classify, REACTIONS } from './ec2/errors.ts';

/** Runs one AWS call; its error comes out classified. `action` is the API's name for the call. */
export async function aws<Result>(action: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    const known = classify(error);
    if (known === null) throw error;
    throw awsFailure(action, known, error as Error);
  }
}

export function awsFailure(action: string, error: AwsError, cause?: Error): ApplicationFailure {
  const reaction = REACTIONS[error.class];
  // Credentials are refreshed by the SDK; if the second try fails too, a person has to look.
  const spent = error.class === 'credentials' && Context.current().info.attempt > 1;
  return ApplicationFailure.create({
    ...described(reaction.type, { action, aws_code: error.code, aws_message: error.message }),
    nonRetryable: !reaction.retry || spent,
    ...(reaction.retryAfterMs === null ? {} : { nextRetryDelay: reaction.retryAfterMs * (1 + Math.random()) }),
    cause,
  });
}

/** A state that clears by itself: Temporal looks again after `retryAfterMs`. */
export const notYet = (action: string, message: string, retryAfterMs: number): ApplicationFailure =>
  ApplicationFailure.create({
    ...described('AWS_STATE', { action, aws_code: 'NotYet', aws_message: message }),
    nextRetryDelay: retryAfterMs,
    category: 'BENIGN',
  });

/** Wraps an activity so that errors of the registry and of Postgres reach Temporal in its own terms. */
export const withFailures =
  <Args extends unknown[], Result>(activity: (...args: Args) => Promise<Result>) =>
  async (...args: Args): Promise<Result> => {
    try {
      return await activity(...args);
    } catch (error) {
      if (error instanceof BerthError) {
        // A decision, not an accident: whether to go on in another way is the workflow's to say.
        throw ApplicationFailure.create({ ...described(error.code, error.context), nonRetryable: true, cause: error });
      }
      if (isUnavailable(error)) {
        // Postgres comes back; what was done stays done, because every activity looks before it acts.
        throw ApplicationFailure.create({
          ...described('platform_unavailable', {}),
          category: 'BENIGN',
          cause: error as Error,
        });
      }
      throw error;
    }
  };

const described = (type: ErrorCode, context: Record<string, unknown>) => ({
  type,
  message: errorMessage(type, context),
  details: [context],
});
