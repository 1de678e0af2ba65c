// An error of the registry, written to a socket that no route answers on: {error, code, next_step, ...context}.

import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { type BerthError, ERRORS, errorNextStep } from '../domain/errors.ts';

/** Answers and closes. */
export function answerRaw(socket: Duplex, { code, message, context }: BerthError): void {
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
