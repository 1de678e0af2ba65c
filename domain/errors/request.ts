// The request itself, and who sends it.

import { define } from './define.ts';

export const REQUEST_ERRORS = define({
  VALIDATION_FAILED: {
    status: 400,
    retryable: false,
    message: 'The request is not valid: {problem}.',
    nextStep: 'Correct the field and send it again.',
  },
  MALFORMED_JSON: {
    status: 400,
    retryable: false,
    message: 'The request body is not valid JSON.',
    nextStep: 'Send a JSON object with Content-Type: application/json.',
  },
  BODY_TOO_LARGE: {
    status: 413,
    retryable: false,
    message: 'The request body is larger than {limit_bytes} bytes.',
    nextStep: 'Send a smaller body.',
  },
  MALFORMED_REQUEST: {
    status: 400,
    retryable: false,
    message: 'This is not HTTP as it should be: {problem}.',
    nextStep: 'Check what builds the request, its Host header first.',
  },
  HEADERS_TOO_LARGE: {
    status: 431,
    retryable: false,
    message: 'The request line and headers are larger than {limit_bytes} bytes.',
    nextStep: 'Send fewer or shorter headers.',
  },
  REQUEST_TIMED_OUT: {
    status: 408,
    retryable: true,
    message: 'The request did not come whole in time; nothing of it was done.',
    nextStep: 'Send it again.',
  },
  INVALID_WORKSPACE_ID: {
    status: 400,
    retryable: false,
    message: 'invalid workspace ID',
    nextStep: 'Use the id that POST /workspaces answered, a UUID.',
  },
  INVALID_IDEMPOTENCY_KEY: {
    status: 400,
    retryable: false,
    message: 'The Idempotency-Key must be 1 to 255 printable ASCII characters.',
    nextStep: 'Send another key, for example a UUID.',
  },
  INVALID_TENANT: {
    status: 400,
    retryable: false,
    message: 'X-Molecule-Org-Id must be 1 to 64 of a-z, 0-9 and "-".',
    nextStep: "Send the organisation's id, or leave the header out.",
  },
  INVALID_LAST_EVENT_ID: {
    status: 400,
    retryable: false,
    message: 'Last-Event-ID is not an id that this stream gave.',
    nextStep: 'Send the last id received, or leave the header out.',
  },
  TENANT_UNKNOWN: {
    status: 404,
    retryable: false,
    message: 'not found',
    nextStep: 'Check X-Molecule-Org-Id.',
  },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    retryable: false,
    message: 'This Idempotency-Key was used before with another request.',
    nextStep: 'Use a new key for a new request.',
  },
  ROUTE_NOT_FOUND: {
    status: 404,
    retryable: false,
    message: 'There is no {method} {path}.',
    nextStep: 'See the README for the routes.',
  },
  ADMIN_AUTH_REQUIRED: {
    status: 401,
    retryable: false,
    message: 'admin auth required',
    nextStep: 'Send Authorization: Bearer <ADMIN_TOKEN>.',
  },
  ADMIN_AUTH_INVALID: {
    status: 401,
    retryable: false,
    message: 'invalid admin auth token',
    nextStep: 'Check the token against ADMIN_TOKEN of the API.',
  },
  WORKSPACE_AUTH_REQUIRED: {
    status: 401,
    retryable: false,
    message: 'missing workspace auth token',
    nextStep: 'Send the token that registration answered, or the admin token, as a bearer.',
  },
  WORKSPACE_AUTH_INVALID: {
    status: 401,
    retryable: false,
    message: 'invalid workspace auth token',
    nextStep: "Use the token of this workspace's current generation.",
  },
  SESSION_INVALID: {
    status: 401,
    retryable: false,
    message: 'This session is not that of a member of the organisation.',
    nextStep: 'Sign in again.',
  },
  SESSION_CHECK_UNAVAILABLE: {
    status: 503,
    retryable: true,
    message: 'The platform can not be asked whose session this is.',
    nextStep: 'Try again in a moment.',
  },
  ADMIN_ONLY: {
    status: 403,
    retryable: false,
    message: 'Only an admin may change {fields}.',
    nextStep: 'Send the admin token, or leave these fields out.',
  },
});
