// Idempotency keys: the first request of a key decides, and its first answer stays.

import { randomUUID } from 'node:crypto';
import type { OperationId, WorkspaceId } from '../domain/ids.ts';
import { useDatabase } from '../test/support/database.ts';
import { claimKey, recordResponse } from './idempotencyKeys.ts';
import type { Database } from './pool.ts';

let db: Database;
useDatabase((opened) => {
  db = opened;
});

const request = (fingerprint: string) => ({
  fingerprint: Buffer.from(fingerprint),
  workspaceId: randomUUID() as WorkspaceId,
  operationId: randomUUID() as OperationId,
});
const name = (tenantId = 'acme') => ({ tenantId, key: randomUUID() });

it('the first claim is ours, with no answer yet', async () => {
  const mine = request('a');
  expect(await claimKey(db, name(), mine)).toMatchObject({
    workspace_id: mine.workspaceId,
    operation_id: mine.operationId,
    fingerprint: mine.fingerprint,
    response_status: null,
    response_body: null,
  });
});

it('a later claim gets the ids and the fingerprint of the first, whatever it asks for', async () => {
  const key = name();
  const first = await claimKey(db, key, request('a'));
  expect(await claimKey(db, key, request('a'))).toEqual(first);
  // Telling that it is another request is the caller's part; this is what it tells it by.
  expect((await claimKey(db, key, request('b'))).fingerprint).toEqual(Buffer.from('a'));
});

it('of many claims at once all get the ids of one', async () => {
  const key = name();
  const claims = await Promise.all(Array.from({ length: 8 }, () => claimKey(db, key, request('a'))));
  expect(new Set(claims.map((claim) => claim.operation_id)).size).toBe(1);
  expect(new Set(claims.map((claim) => claim.workspace_id)).size).toBe(1);
});

it('the first answer stays, and every repeat gets it', async () => {
  const key = name();
  await claimKey(db, key, request('a'));
  await recordResponse(db, key, 201, { id: 'w', status: 'provisioning' });
  await recordResponse(db, key, 503, { error: 'late' });
  expect(await claimKey(db, key, request('a'))).toMatchObject({
    response_status: 201,
    response_body: { id: 'w', status: 'provisioning' },
  });
});

it('one key of two tenants is two keys', async () => {
  const key = name('acme');
  const acme = await claimKey(db, key, request('a'));
  const other = await claimKey(db, { ...key, tenantId: 'other' }, request('a'));
  expect(other.operation_id).not.toBe(acme.operation_id);
  await recordResponse(db, key, 201, {});
  expect(await claimKey(db, { ...key, tenantId: 'other' }, request('a'))).toMatchObject({ response_status: null });
});
