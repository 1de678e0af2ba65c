// Operations of workspaces: written with the state that began or ended them, read by those who ask what became of one.

import type { OperationId, TenantId, WorkspaceId } from '../domain/ids.ts';
import type { Outcome, PublishedOperation, WorkspaceState } from '../domain/workspace.ts';
import type { Queryable } from './pool.ts';

export type OperationRow = {
  readonly id: OperationId;
  readonly workspace_id: WorkspaceId;
  readonly kind: string;
  readonly generation: number;
  readonly result: Outcome['result'] | null;
  readonly reason: {
    readonly code: string;
    readonly message: string;
    readonly context: Record<string, unknown>;
  } | null;
  readonly details: Record<string, unknown>;
  readonly started_at: Date;
  readonly ended_at: Date | null;
};

/** The statement that writes what `parameter` holds; to be part of a larger one. An end is written once. */
export const upsertOperations = (parameter: string): string =>
  `insert into operations as o (id, workspace_id, tenant_id, kind, generation, result, reason, details, ended_at)
   select p.id, p.workspace_id, p.tenant_id, p.kind, p.generation, p.result, p.reason, p.details,
     case when p.result is not null then now() end
   from jsonb_to_recordset(${parameter}::jsonb) as p (id uuid, workspace_id uuid, tenant_id text, kind text, generation integer,
     result text, reason jsonb, details jsonb)
   on conflict (id) do update set result = excluded.result, reason = excluded.reason, ended_at = excluded.ended_at
   where o.result is null and excluded.result is not null`;

/** Of an operation that began and ended unpublished, only its end: a row is written once by one statement. */
export function operationsParameter(state: WorkspaceState, operations: readonly PublishedOperation[]): string {
  const last = new Map(operations.map((each) => [each.operation.id, each]));
  return JSON.stringify([...last.values()].map((each) => rowOf(state, each)));
}

function rowOf({ workspaceId, tenantId }: WorkspaceState, { operation, outcome }: PublishedOperation) {
  const { id, kind, generation, ...details } = operation;
  const reason = outcome?.result === 'failed' ? outcome.reason : null;
  const result = outcome?.result ?? null;
  return { id, workspace_id: workspaceId, tenant_id: tenantId, kind, generation, result, reason, details };
}

/** Of a workspace whose entity was ended: what had begun has ended with it, and nobody else will say so. */
export async function endLostOperations(
  db: Queryable,
  workspaceId: WorkspaceId,
  reason: NonNullable<OperationRow['reason']>,
): Promise<void> {
  await db.query(
    `update operations set result = 'failed', reason = $2, ended_at = now() where workspace_id = $1 and result is null`,
    [workspaceId, JSON.stringify(reason)],
  );
}

const MOST = 100;

/** The newest first. */
export async function listOperations(
  db: Queryable,
  tenantId: TenantId,
  workspaceId: WorkspaceId,
): Promise<OperationRow[]> {
  const { rows } = await db.query(
    `select * from operations where workspace_id = $1 and tenant_id = $2 order by started_at desc, id limit ${MOST}`,
    [workspaceId, tenantId],
  );
  return rows;
}

export async function findOperation(
  db: Queryable,
  tenantId: TenantId,
  workspaceId: WorkspaceId,
  id: OperationId,
): Promise<OperationRow | null> {
  const { rows } = await db.query(`select * from operations where id = $1 and workspace_id = $2 and tenant_id = $3`, [
    id,
    workspaceId,
    tenantId,
  ]);
  return rows[0] ?? null;
}

/** What it did, in order. */
export async function stepsOf(
  db: Queryable,
  workspaceId: WorkspaceId,
  id: OperationId,
): Promise<{ readonly payload: Record<string, unknown>; readonly created_at: Date }[]> {
  const { rows } = await db.query(
    `select payload, created_at from structure_events
     where workspace_id = $1 and event_type = 'WORKSPACE_STEP' and payload->>'operation_id' = $2 order by seq`,
    [workspaceId, id],
  );
  return rows;
}
