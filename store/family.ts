// Which workspaces belong to which: a parent is paused, resumed and deleted with its descendants.

import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

export type Relative = {
  readonly id: WorkspaceId;
  readonly name: string;
  readonly status: string;
  readonly phase: string;
  /** Its last pause came from a parent's. */
  readonly paused_with_parent: boolean;
};

/** The nearest first; removed ones are none. */
export async function descendantsOf(db: Queryable, tenantId: TenantId, id: WorkspaceId): Promise<Relative[]> {
  // `cycle`: two moves at once may have made a circle, and nobody should wait for its end.
  const { rows } = await db.query(
    `with recursive family as (
       select id, 0 as depth from workspaces where id = $1 and tenant_id = $2
       union all
       select w.id, depth + 1 from workspaces w join family f on w.parent_id = f.id
       where w.tenant_id = $2 and w.status <> 'removed'
     ) cycle id set is_cycle using path
     select w.id, w.name, w.status, w.phase,
       coalesce((select o.details->>'because' = 'parent' from operations o
         where o.workspace_id = w.id and o.kind = 'pause' order by o.started_at desc limit 1), false) as paused_with_parent
     from family f join workspaces w on w.id = f.id
     where f.depth > 0 and not is_cycle and w.id <> $1 order by f.depth, w.created_at, w.id`,
    [id, tenantId],
  );
  return rows;
}
