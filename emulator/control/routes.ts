// The control interface over HTTP: the ledger, leaks, faults and capacity, under /_emulator.

import type { Faults, Fault } from './faults.ts';
import type { Capacity } from './capacity.ts';
import type { Ledger } from './ledger.ts';

export type ControlParts = { readonly faults: Faults; readonly capacity: Capacity; ledger(accountId?: string): Ledger };
export type ControlAnswer = { readonly status: number; readonly body: unknown };

const PREFIX = '/_emulator/';

export const isControlPath = (path: string): boolean => path.startsWith(PREFIX);

export function answerControl(parts: ControlParts, method: string, url: URL, body: string): ControlAnswer {
  const what = `${method} ${url.pathname.slice(PREFIX.length)}`;
  const account = url.searchParams.get('account') ?? undefined;
  switch (what) {
    case 'GET ledger':
      return { status: 200, body: parts.ledger(account) };
    case 'GET leaks':
      return { status: 200, body: { entries: parts.ledger(account).entries.filter((entry) => entry.billable) } };
    case 'POST faults':
      return withJson(body, (fault) => {
        if (!isFault(fault))
          return { status: 400, body: { error: 'a fault needs an action and an effect, "before" or "after"' } };
        parts.faults.add(fault);
        return { status: 200, body: { status: 'added' } };
      });
    case 'DELETE faults':
      parts.faults.clear();
      return { status: 200, body: { status: 'cleared' } };
    case 'POST capacity':
      return withJson(body, (pool) => {
        const { type, zone, market, empty } = (pool ?? {}) as Record<string, unknown>;
        if (typeof type !== 'string' || typeof zone !== 'string' || typeof empty !== 'boolean') {
          return { status: 400, body: { error: 'a pool needs a type, a zone and whether it is empty' } };
        }
        const which = [type, zone, typeof market === 'string' ? market : 'on-demand'] as const;
        if (empty) parts.capacity.empty(...which);
        else parts.capacity.refill(...which);
        return { status: 200, body: { status: empty ? 'emptied' : 'refilled' } };
      });
    default:
      return { status: 404, body: { error: `there is no ${what}` } };
  }
}

function withJson(body: string, use: (content: unknown) => ControlAnswer): ControlAnswer {
  try {
    return use(JSON.parse(body));
  } catch {
    return { status: 400, body: { error: 'the body is not valid JSON' } };
  }
}

const isFault = (value: unknown): value is Fault =>
  typeof value === 'object' &&
  value !== null &&
  typeof (value as Fault).action === 'string' &&
  ['before', 'after'].includes((value as Fault).effect);
