// The read model of workspaces: written by the entity under its version, read by every GET.

import type { Advice } from '../domain/target.ts';
import type { AutoPause, Interruption, PublishedOperation, WorkspaceState } from '../domain/workspace.ts';
import type { WorkspaceId } from '../domain/ids.ts';
import type { ActivityKind } from '../domain/activity.ts';
import { LAST_RESTORE_POINT, type LastRestorePoint, readLast } from './lastRestorePoint.ts';
import { eventsParameter, insertEvents, type NewEvent } from './events.ts';
import { operationsParameter, upsertOperations } from './operations.ts';
import type { Queryable } from './pool.ts';

export type WorkspaceRow = {
  readonly id: WorkspaceId;
  readonly tenant_id: string;
  readonly name: string;
  readonly role: string | null;
  readonly runtime: string | null;
  readonly tier: number;
  readonly compute: Record<string, unknown>;
  readonly status: string;
  readonly phase: string;
  readonly generation: number;
  readonly url: string | null;
  readonly instance_id: string | null;
  readonly instance_type: string | null;
  readonly region: string | null;
  readonly zone: string | null;
  readonly home_volume_id: string | null;
  readonly operation_id: string | null;
  readonly operation_kind: string | null;
  readonly reason: { code: string; message: string; context: Record<string, unknown> } | null;
  readonly version: number;
  readonly launched: {
    compute: Record<string, unknown>;
    imageId: string;
    hourlyUsd: string | null;
    bootMs?: number;
  } | null;
  readonly max_hourly_usd: string | null;
  /** A removed one can be restored until then. */
  readonly restore_until: Date | null;
  readonly generations: number;
  readonly paused_hourly_usd: string | null;
  readonly interruption: Interruption | null;
  /** The machine that is being made in place of one that is taken away: what was asked for last. */
  readonly coming_back_on: {
    readonly instance_type: string;
    readonly zone: string;
    readonly market: string;
    readonly instance_id: string | null;
  } | null;
  readonly auto_pause: AutoPause | null;
  readonly parent_id: WorkspaceId | null;
  /** Null = the platform's usual time, 0 = none. */
  readonly checkpoint_every_minutes: number | null;
  /** Since when its home may change; null while it is paused, and before it was ever online. */
  readonly serving_since: Date | null;
  readonly last_restore_point: LastRestorePoint | null;
  readonly rebalance: Advice | null;
  /** Null while it is not. */
  readonly online_since: Date | null;
  readonly last_activity_at: Date | null;
  readonly last_activity_kind: ActivityKind | null;
  readonly last_activity_by: string | null;
  /** Until then somebody holds a lease on it. */
  readonly active_until: Date | null;
  /** The last sign of whoever has, or had, control of its display. */
  readonly control_seen_at: Date | null;
  /** When the row was read, by the same clock as its other times: those of the API's replicas may differ. */
  readonly read_at: Date;
  readonly created_at: Date;
  readonly updated_at: Date;
  readonly agent_card: unknown;
  readonly last_seen_at: Date | null;
  readonly report: Record<string, unknown> | null;
};

/** Writes what the entity decided, and its events, in one statement. An older version than the row's changes nothing. */
export async function publishWorkspace(
  db: Queryable,
  state: WorkspaceState,
  events: readonly Omit<NewEvent, 'workspaceId'>[],
  operations: readonly PublishedOperation[] = [],
): Promise<void> {
  if (state.profile === null) throw new Error(`workspace ${state.workspaceId} has nothing to publish`);
  const { profile, machine, operation } = state;
  await db.query({
    // Named, as the planning of it costs more than its execution.
    name: 'publish-workspace',
    text: `with published as (
       insert into workspaces as w (id, tenant_id, name, role, runtime, tier, compute, status, phase, generation, url, instance_id,
         instance_type, region, zone, home_volume_id, operation_id, operation_kind, reason, version, launched, max_hourly_usd,
         restore_until, generations, paused_hourly_usd, interruption, auto_pause, parent_id, online_since,
         checkpoint_every_minutes, serving_since, rebalance)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $23, $24, $25, $26, $27, $28, nullif($29, 'null')::jsonb, $30,
         case when $8 = 'online' then now() end, $31, case when $8 = 'online' then now() end, $32)
       on conflict (id) do update set
         name = excluded.name, role = excluded.role, runtime = excluded.runtime, tier = excluded.tier, compute = excluded.compute,
         status = excluded.status, phase = excluded.phase, generation = excluded.generation, url = excluded.url,
         instance_id = excluded.instance_id, instance_type = excluded.instance_type, region = excluded.region, zone = excluded.zone,
         home_volume_id = excluded.home_volume_id, operation_id = excluded.operation_id, operation_kind = excluded.operation_kind,
         reason = excluded.reason, version = excluded.version, launched = excluded.launched,
         max_hourly_usd = excluded.max_hourly_usd, restore_until = excluded.restore_until, generations = excluded.generations,
         paused_hourly_usd = excluded.paused_hourly_usd, interruption = excluded.interruption,
         auto_pause = excluded.auto_pause, parent_id = excluded.parent_id,
         checkpoint_every_minutes = excluded.checkpoint_every_minutes,
         rebalance = excluded.rebalance,
         serving_since = case when excluded.status in ('paused', 'failed', 'removed') then null
           else coalesce(w.serving_since, excluded.serving_since) end,
         online_since = case when w.status = excluded.status then w.online_since else excluded.online_since end, updated_at = now()
       where w.version < excluded.version
     ), recorded as (
       ${upsertOperations('$22')}
     )
     ${insertEvents('$21')}`,
    values: [
      state.workspaceId,
      state.tenantId,
      profile.name,
      profile.role,
      profile.runtime,
      profile.tier,
      JSON.stringify(profile.compute),
      state.status,
      state.phase,
      state.generation,
      state.url,
      machine?.instanceId ?? null,
      machine?.instanceType ?? null,
      machine?.region ?? null,
      machine?.zone ?? null,
      state.home?.volumeId ?? null,
      (operation ?? state.next)?.id ?? null,
      (operation ?? state.next)?.kind ?? null,
      state.reason === null ? null : JSON.stringify(state.reason),
      state.version,
      eventsParameter(events.map((event) => ({ ...event, workspaceId: state.workspaceId }))),
      operationsParameter(state, operations),
      state.launched === null ? null : JSON.stringify(state.launched),
      profile.maxHourlyUsd ?? null,
      state.restoreUntil,
      state.generations,
      state.pausedHourlyUsd,
      state.interruption === null ? null : JSON.stringify(state.interruption),
      JSON.stringify(profile.autoPause ?? null),
      profile.parentId ?? null,
      profile.checkpointEveryMinutes ?? null,
      state.advice === null ? null : JSON.stringify(state.advice),
    ],
  });
}

const COLUMNS = `w.*, now() as read_at, h.last_seen_at, h.report,
  (select l.agent_card from launches l where l.instance_id = w.instance_id) as agent_card,
  (select l.last_seen from control_locks l where l.workspace_id = w.id) as control_seen_at,
  ${LAST_RESTORE_POINT},
  (select jsonb_build_object('instance_type', l.request ->> 'InstanceType', 'zone', l.request -> 'Placement' ->> 'AvailabilityZone',
     'market', coalesce(l.request -> 'InstanceMarketOptions' ->> 'MarketType', 'on-demand'), 'instance_id', l.instance_id)
   from launches l where w.phase = 'recovering' and l.workspace_id = w.id and l.generation = w.generations and l.request <> '{}'
   order by l.attempt desc limit 1) as coming_back_on`;
const FROM = 'workspaces w left join heartbeats h on h.workspace_id = w.id and h.generation = w.generation';

/** The workspace, removed ones too, or null where the tenant has none of that id. */
export async function findWorkspace(db: Queryable, tenantId: string, id: WorkspaceId): Promise<WorkspaceRow | null> {
  const { rows } = await db.query(`select ${COLUMNS} from ${FROM} where w.id = $1 and w.tenant_id = $2`, [
    id,
    tenantId,
  ]);
  return rows[0] === undefined ? null : read(rows[0]);
}

/** The tenant's workspaces that are not removed, oldest first. */
export async function listWorkspaces(db: Queryable, tenantId: string): Promise<WorkspaceRow[]> {
  const { rows } = await db.query(
    `select ${COLUMNS} from ${FROM} where w.tenant_id = $1 and w.status <> 'removed' order by w.created_at, w.id`,
    [tenantId],
  );
  return rows.map(read);
}

const read = (row: WorkspaceRow): WorkspaceRow => ({ ...row, last_restore_point: readLast(row.last_restore_point) });
