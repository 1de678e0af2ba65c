// What Temporal's server says by gRPC's status codes (google.rpc.Code).

import { isGrpcServiceError } from '@temporalio/client';

export const GRPC = {
  /** No answer in time. */
  DEADLINE_EXCEEDED: 4,
  /** Not as it is now: its run is closed, or its workflow tasks fail. */
  FAILED_PRECONDITION: 9,
  /** Aborted by a closing workflow. */
  ABORTED: 10,
  /** Nobody there. */
  UNAVAILABLE: 14,
} as const;

/** Of the call that failed, however deep it is; undefined = none did. */
export function codeOf(error: unknown): number | undefined {
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (isGrpcServiceError(cause)) return cause.code;
  }
  return undefined;
}
