// An upgrade that is refused, answered as the routes answer.

import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { ERRORS } from '../../domain/errors.ts';
import { asBerthError } from '../errors.ts';
import { answerRaw } from '../rawAnswer.ts';

/** Answers and closes; what is ours to know of (5xx) is logged, without anything of the request. */
export function refuseUpgrade(socket: Duplex, error: unknown, log: Logger): void {
  // Nobody is there to be told.
  if (socket.destroyed) return log.debug({ err: error }, 'a display was given up before it was open');
  const known = asBerthError(error, 'none');
  if (ERRORS[known.code].status >= 500) log.warn({ err: error }, 'a display could not be opened');
  answerRaw(socket, known);
}
