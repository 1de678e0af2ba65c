// What the records have of workspaces whose entity may have been ended, and of what each of them has.

import type { Home, Machine } from '../domain/machine.ts';
import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

export type Living = {
  readonly id: WorkspaceId;
  readonly tenant_id: TenantId;
  readonly operation_id: string | null;
  readonly operation_kind: string | null;
};

/** All that are not gone; one that has just been written is not looked at yet. */
export async function livingWorkspaces(db: Queryable, youngSeconds: number): Promise<Living[]> {
  const { rows } = await db.query(
    `select id, tenant_id, operation_id, operation_kind from workspaces
     where phase <> 'gone' and updated_at <= now() - make_interval(secs => $1)`,
    [youngSeconds],
  );
  return rows;
}

/** The newest machine that has registered, and has neither ended nor been told to. */
export async function machineLeft(db: Queryable, id: WorkspaceId): Promise<Machine | null> {
  const { rows } = await db.query(
    `select instance_id as "instanceId", request->>'InstanceType' as "instanceType",
       request->'Placement'->>'AvailabilityZone' as zone, region, generation, attempt
     from launches where workspace_id = $1 and progress = 'launched' and registered_at is not null
       and terminate_requested_at is null and instance_id is not null
     order by generation desc, attempt desc limit 1`,
    [id],
  );
  return rows[0] ?? null;
}

/** Homes that may be there, the latest first. */
export async function homesLeft(db: Queryable, id: WorkspaceId): Promise<Home[]> {
  const { rows } = await db.query(
    `select volume_id as "volumeId", zone, size_gb as "sizeGb" from homes
     where workspace_id = $1 and deleted_at is null and volume_id is not null order by requested_at desc`,
    [id],
  );
  return rows;
}
