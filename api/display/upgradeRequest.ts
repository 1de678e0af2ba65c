// What a browser asks for when it opens a display; its ticket is taken out before anybody else sees the request.

import type { IncomingMessage } from 'node:http';
import { isTicket } from '../../credentials/displayCredential.ts';
import { BerthError } from '../../domain/errors.ts';
import { type WorkspaceId, workspaceId as asWorkspaceId } from '../../domain/ids.ts';

const PATH = /^\/workspaces\/([^/]+)\/display\/session\/websockify$/;
const PROTOCOLS = 'sec-websocket-protocol';
/** What the display itself speaks; the only one that is ever answered. */
export const SUBPROTOCOL = 'binary';
const TICKET_PREFIX = 'molecule-display-token.';

export type UpgradeRequest = {
  readonly method: string;
  readonly path: string;
  readonly hasQuery: boolean;
  readonly origin: string | null;
  readonly offersBinary: boolean;
  /** Null where there is none, more than one, or none that could be one. */
  readonly ticket: string | null;
};

/** Reads `request`, and leaves neither ticket, credential nor query in it. */
export function takeUpgradeRequest(request: IncomingMessage): UpgradeRequest {
  const offered = (request.headers[PROTOCOLS] ?? '').split(',').map((name) => name.trim());
  const tickets = offered.filter((name) => name.startsWith(TICKET_PREFIX));
  const ticket = tickets.length === 1 ? tickets[0]!.slice(TICKET_PREFIX.length) : '';
  const [path = '', ...query] = (request.url ?? '').split('?');
  const read = {
    method: request.method ?? '',
    path,
    hasQuery: query.length > 0,
    origin: request.headers.origin ?? null,
    offersBinary: offered.includes(SUBPROTOCOL),
    ticket: isTicket(ticket) ? ticket : null,
  };
  request.headers[PROTOCOLS] = SUBPROTOCOL;
  delete request.headers.authorization;
  delete request.headers.cookie;
  request.rawHeaders = [];
  request.url = path;
  return read;
}

/** The workspace whose display it is; throws what is wrong with the address, the page, or the protocols. */
export function checkUpgradeRequest(asked: UpgradeRequest, origins: readonly string[]): WorkspaceId {
  const { method, path, hasQuery, origin, offersBinary } = asked;
  const [, id] = PATH.exec(path) ?? [];
  const workspaceId = asWorkspaceId(id ?? '');
  if (workspaceId === null || method !== 'GET') throw new BerthError('ROUTE_NOT_FOUND', { method, path });
  if (hasQuery) throw new BerthError('VALIDATION_FAILED', { problem: 'a display is opened without a query' });
  if (origin === null || !origins.includes(origin)) throw new BerthError('DISPLAY_ORIGIN_FORBIDDEN');
  if (!offersBinary)
    throw new BerthError('VALIDATION_FAILED', { problem: `the subprotocol "${SUBPROTOCOL}" is not offered` });
  return workspaceId;
}
