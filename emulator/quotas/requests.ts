// Requests for a higher quota, as rows: asked for by an account, decided through limits.ts.

import { createHash } from 'node:crypto';
import type { JsonContext } from '../json/service.ts';
import type { Table } from '../state/table.ts';

export const STATUSES = [
  'PENDING',
  'CASE_OPENED',
  'APPROVED',
  'DENIED',
  'NOT_APPROVED',
  'CASE_CLOSED',
  'INVALID_REQUEST',
] as const;

export type QuotaRequest = {
  readonly id: string;
  /** Counts the requests of an account and region: their order. */
  readonly sequence: number;
  readonly code: string;
  readonly desired: number;
  /** The emulator opens no support cases. */
  readonly status: Extract<(typeof STATUSES)[number], 'PENDING' | 'APPROVED' | 'DENIED'>;
  readonly createdMs: number;
  readonly decidedMs?: number;
};

type Owner = Pick<JsonContext, 'store' | 'accountId' | 'region'>;

const table = ({ store, accountId, region }: Owner): Table<QuotaRequest> =>
  store.table<QuotaRequest>(`${accountId}/${region}/servicequotas/requests`);

export const isOpen = (request: QuotaRequest): boolean => request.status === 'PENDING';

/** Oldest first. */
export const requestsOf = (owner: Owner): QuotaRequest[] =>
  [...table(owner).values()].sort((a, b) => a.sequence - b.sequence);

export const findRequest = (owner: Owner, id: string): QuotaRequest | undefined => table(owner).get(id);

export const saveRequest = (owner: Owner, request: QuotaRequest): QuotaRequest => table(owner).put(request);

export function openRequest(owner: Owner, code: string, desired: number): QuotaRequest {
  const sequence = table(owner).size + 1;
  const createdMs = owner.store.clock.now();
  return saveRequest(owner, { id: idOf(owner, sequence), sequence, code, desired, status: 'PENDING', createdMs });
}

/** Forty letters and digits, as AWS's are; the same every time, so that a run can be repeated. */
const idOf = ({ accountId, region }: Owner, sequence: number): string =>
  createHash('sha256').update(`${accountId}/${region}/${sequence}`).digest('hex').slice(0, 40);
