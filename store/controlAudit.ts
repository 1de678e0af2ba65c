// The audit of control locks: appended, read newest first, and checked link by link.

import type { WorkspaceId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

export type NewAuditLine = {
  /** The same id again is the same line. */
  readonly id: string;
  readonly verb: string;
  readonly stage: string;
  readonly actor: string;
  readonly fence: number;
  readonly generation: number;
  readonly because?: string | null;
  readonly request_id?: string | null;
  readonly duration_ms?: number | null;
  readonly run_id?: string | null;
};

export type AuditLine = Required<NewAuditLine> & { readonly seq: number; readonly at: Date; readonly hash: string };

const FIELDS = 'id, verb, stage, actor, fence, generation, because, request_id, duration_ms, run_id';

/** The statement that appends `lines`; to be part of a larger one. The chain is made by the table itself (migration 0020). */
export const insertAudit = (workspaceId: string, tenantId: string, lines: string): string =>
  `insert into control_audit (workspace_id, tenant_id, ${FIELDS})
   select ${workspaceId}::uuid, ${tenantId}, ${FIELDS}
   from rows from (jsonb_to_recordset(${lines}::jsonb) as (id uuid, verb text, stage text, actor text, fence bigint,
     generation integer, because text, request_id uuid, duration_ms bigint, run_id text)) with ordinality
     as l (${FIELDS}, position)
   where not exists (select 1 from control_audit known where known.id = l.id)
   order by l.position`;

/** In their order; a line that is there already is left as it is. */
export async function appendAudit(
  db: Queryable,
  of: { readonly workspaceId: WorkspaceId; readonly tenantId: string },
  lines: readonly NewAuditLine[],
): Promise<void> {
  await db.query(insertAudit('$1', '$2', '$3'), [of.workspaceId, of.tenantId, JSON.stringify(lines)]);
}

/** The last one first. */
export async function newestAudit(db: Queryable, workspaceId: WorkspaceId, limit: number): Promise<AuditLine[]> {
  const { rows } = await db.query(
    `select seq, at, ${FIELDS}, hash from control_audit where workspace_id = $1 order by seq desc limit $2`,
    [workspaceId, limit],
  );
  return rows;
}

/** False where a line was changed, added, or taken away, the last one too. */
export async function isAuditWhole(db: Queryable, workspaceId: WorkspaceId): Promise<boolean> {
  const { rows } = await db.query(
    `with linked as (
       select a as line, a.seq, a.hash, a.prev_hash, lag(a.hash, 1, '') over (order by a.seq) as before,
         row_number() over (order by a.seq) as position
       from control_audit a where a.workspace_id = $1
     )
     select not exists (
         select 1 from linked where hash <> control_audit_hash(line) or prev_hash <> before or seq <> position)
       and coalesce((select h.seq = (select count(*) from linked) from control_audit_heads h where h.workspace_id = $1),
         not exists (select 1 from linked)) as whole`,
    [workspaceId],
  );
  return rows[0].whole;
}
