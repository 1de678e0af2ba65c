// The first request of each Idempotency-Key and its answer, so that a repeat gets the same one.

import type { OperationId, WorkspaceId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

export type Claim = {
  readonly workspace_id: WorkspaceId;
  readonly operation_id: OperationId;
  readonly fingerprint: Buffer;
  readonly response_status: number | null;
  readonly response_body: unknown;
};

export type KeyName = { readonly tenantId: string; readonly key: string };

/** Claims the key for this request, or answers the claim that was there first. */
export async function claimKey(
  db: Queryable,
  { tenantId, key }: KeyName,
  claim: { fingerprint: Buffer; workspaceId: WorkspaceId; operationId: OperationId },
): Promise<Claim> {
  const { rows } = await db.query(
    `insert into idempotency_keys (tenant_id, key, fingerprint, workspace_id, operation_id) values ($1, $2, $3, $4, $5)
     on conflict (tenant_id, key) do update set key = excluded.key
     returning *`,
    [tenantId, key, claim.fingerprint, claim.workspaceId, claim.operationId],
  );
  return rows[0];
}

/** Keeps the first answer that came; a later one changes nothing. */
export async function recordResponse(
  db: Queryable,
  { tenantId, key }: KeyName,
  status: number,
  body: unknown,
): Promise<void> {
  await db.query(
    `update idempotency_keys set response_status = $3, response_body = $4
     where tenant_id = $1 and key = $2 and response_status is null`,
    [tenantId, key, status, JSON.stringify(body)],
  );
}
