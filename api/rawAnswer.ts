// An error of the registry, written to a socket that no route answers on.

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type BerthError, ERRORS } from '../domain/errors.ts';
import { errorBody } from './errors.ts';

/** Answers and closes. */
export function answerRaw(socket: Duplex, error: BerthError): void {
  const { status } = ERRORS[error.code];
  const body = JSON.stringify(errorBody(error));
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
    'connection: close',
    'content-type: application/json',
    'cache-control: no-store',
    `content-length: ${Buffer.byteLength(body)}`,
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
