// Berth's own servers.

import { define } from './define.ts';

export const PLATFORM_ERRORS = define({
  /** Lower case because the canvas branches on this very code (facts/wire.md 1.2). */
  platform_unavailable: {
    status: 503,
    retryable: true,
    message: "The platform's database does not answer.",
    nextStep: 'Try again in a few seconds.',
  },
  ORCHESTRATOR_UNAVAILABLE: {
    status: 503,
    retryable: true,
    message: 'Temporal does not answer, so the command was not taken.',
    nextStep: 'Try again with the same Idempotency-Key.',
  },
  COMMAND_UNCONFIRMED: {
    status: 504,
    retryable: true,
    message: 'The command was sent, but no worker confirmed it in time.',
    nextStep: 'Send it again with the same Idempotency-Key: it takes effect once.',
  },
  INTERNAL: {
    status: 500,
    retryable: false,
    message: 'Something went wrong on our side (request {request_id}).',
    nextStep: 'Report the request id to the operator.',
  },
});
