// An upgrade that is refused, answered as the routes answer: {error, code, next_step, ...context}.

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { BerthError, ERRORS, errorNextStep } from '../../domain/errors.ts';
import { isUnavailable } from '../../store/pool.ts';

/** Answers and closes; what is ours to know of (5xx) is logged, without anything of the request. */
export function refuseUpgrade(socket: Duplex, error: unknown, log: Logger): void {
  // Nobody is there to be told.
  if (socket.destroyed) return log.debug({ err: error }, 'a display was given up before it was open');
  const known = asBerthError(error);
  if (ERRORS[known.code].status >= 500) log.warn({ err: error }, 'a display could not be opened');
  const { code, message, context } = known;
  const { status } = ERRORS[code];
  const body = JSON.stringify({ error: message, code, next_step: errorNextStep(code, context), ...context });
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    'content-type: application/json',
    'cache-control: no-store',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}

function asBerthError(error: unknown): BerthError {
  if (error instanceof BerthError) return error;
  if (isUnavailable(error)) return new BerthError('platform_unavailable', {}, { cause: error });
  return new BerthError('INTERNAL', { request_id: 'none' }, { cause: error });
}
