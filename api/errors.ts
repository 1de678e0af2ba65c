// Turns whatever a request met into the body that the canvas reads: {error, code, next_step, ...context} (design, section 7).

import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from 'pino';
import { BerthError, ERRORS, errorNextStep } from '../domain/errors.ts';
import { isUnavailable } from '../store/pool.ts';
import type { ApiEnv } from './context.ts';

/** Internals never leave: what is not of the registry becomes INTERNAL, with the request's id for the log. */
export function errorResponse(error: unknown, c: Context<ApiEnv>, log: Logger): Response {
  const known = asBerthError(error, c.get('requestId'));
  if (known.code === 'INTERNAL') log.error({ err: error, request_id: c.get('requestId') }, 'a request failed');
  else if (ERRORS[known.code].status >= 500) log.warn({ err: error, request_id: c.get('requestId') }, known.message);
  const { status, retryable } = ERRORS[known.code];
  if (retryable && status >= 500) c.header('retry-after', '2');
  if (status === 401) c.header('www-authenticate', 'Bearer');
  return c.json(errorBody(known), status as ContentfulStatusCode);
}

/** What every answer that is an error says, whoever writes it. */
export const errorBody = ({ code, message, context }: BerthError): Record<string, unknown> => ({
  error: message,
  code,
  next_step: errorNextStep(code, context),
  ...context,
});

/** `requestId`: what INTERNAL names, to be found in the log. */
export function asBerthError(error: unknown, requestId: string): BerthError {
  if (error instanceof BerthError) return error;
  if (isUnavailable(error)) return new BerthError('platform_unavailable', {}, { cause: error });
  return new BerthError('INTERNAL', { request_id: requestId }, { cause: error });
}
