// Requests that no route gets to see, because they are no HTTP or did not come whole in time: they are answered in words all the same.

import { maxHeaderSize, type Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { RequestError } from '@hono/node-server';
import type { Logger } from 'pino';
import { BerthError, ERRORS } from '../domain/errors.ts';
import { asBerthError, errorBody } from './errors.ts';
import { answerRaw } from './rawAnswer.ts';

/**
 * A client that is there says what it wants within seconds; whoever drips a request holds a connection, and no more than so long. One
 * that is kept for later is closed by whoever uses it: load balancers keep theirs for a minute, and would now and then send a request
 * into one that is just being closed. A Host is missed in words, which Node has none for.
 */
export const READING = {
  headersTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
  keepAliveTimeout: 65_000,
  requireHostHeader: false,
};

/** Answers what Node's parser gives up on. Node itself would say nothing, also to a client that was on time while the process stood still. */
export function answerUnread(server: Server, log: Logger): void {
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Duplex) => {
    // Gone, or answered before: what comes after is no answer to anything.
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    const known = unread(error);
    log.debug({ err: error }, known.message);
    answerRaw(socket, known);
  });
}

/** For what the adapter can't make a request of (a Host that is none), or is thrown past the app. */
export function asResponse(error: unknown, log: Logger): Response {
  const isTheirs = error instanceof RequestError;
  if (!isTheirs) log.error({ err: error }, 'a request failed outside of the app');
  const known = isTheirs
    ? new BerthError('MALFORMED_REQUEST', { problem: error.message })
    : asBerthError(error, 'none');
  return Response.json(errorBody(known), { status: ERRORS[known.code].status });
}

function unread({ code, message }: NodeJS.ErrnoException): BerthError {
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return new BerthError('REQUEST_TIMED_OUT');
  if (code === 'HPE_HEADER_OVERFLOW') return new BerthError('HEADERS_TOO_LARGE', { limit_bytes: maxHeaderSize });
  return new BerthError('MALFORMED_REQUEST', { problem: message });
}
