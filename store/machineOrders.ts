// Orders to machines: written by an operation, fetched and answered by the machine, told to the operation.

import type { LaunchKey, OrderKind } from '../domain/machine.ts';
import type { WorkspaceId } from '../domain/ids.ts';
import type { Queryable } from './pool.ts';

export type NewOrder = LaunchKey & {
  readonly id: string;
  readonly kind: OrderKind;
  readonly watcher: string;
  /** So long its answer is waited for. */
  readonly timeoutMs: number;
};

export type OrderAnswer = { readonly ok: boolean; readonly result: unknown };

/** Written once; a repeat finds its own, and its answer where the machine has given one. */
export async function recordOrder(db: Queryable, order: NewOrder): Promise<OrderAnswer | null> {
  const { rows } = await db.query(
    `insert into machine_orders (id, workspace_id, generation, attempt, kind, watcher, deadline)
     values ($1, $2, $3, $4, $5, $6, now() + make_interval(secs => $7::double precision / 1000))
     on conflict (id) do update set watcher = excluded.watcher
     returning answered_at, ok, result`,
    [order.id, order.workspaceId, order.generation, order.attempt, order.kind, order.watcher, order.timeoutMs],
  );
  const { answered_at, ok, result } = rows[0];
  return answered_at === null ? null : { ok, result };
}

export async function withdrawOrder(db: Queryable, id: string): Promise<void> {
  await db.query(`update machine_orders set withdrawn_at = now() where id = $1 and answered_at is null`, [id]);
}

export type OpenOrder = {
  readonly id: string;
  readonly kind: string;
  /** What is left of its time, ms; null = it was given before there was one. */
  readonly within_ms: number | null;
};

/** In the order in which they were given. */
export async function openOrders(
  db: Queryable,
  workspaceId: WorkspaceId,
  generation: number,
): Promise<readonly OpenOrder[]> {
  const { rows } = await db.query(
    `select id, kind, case when deadline is not null
       then greatest(0, ceil(date_part('epoch', deadline - clock_timestamp()) * 1000))::integer end as within_ms
     from machine_orders
     where workspace_id = $1 and generation = $2 and answered_at is null and withdrawn_at is null order by ordered_at, id`,
    [workspaceId, generation],
  );
  return rows;
}

/** The first answer counts. Null where there is no such order of this generation; else whom to tell, and what. */
export async function recordAnswer(
  db: Queryable,
  id: string,
  of: { readonly workspaceId: WorkspaceId; readonly generation: number },
  answer: OrderAnswer,
): Promise<(OrderAnswer & { readonly watcher: string }) | null> {
  const { rows } = await db.query(
    `update machine_orders set
       ok = case when answered_at is null then $4 else ok end,
       result = case when answered_at is null then $5::jsonb else result end,
       answered_at = coalesce(answered_at, now())
     where id = $1 and workspace_id = $2 and generation = $3
     returning watcher, ok, result`,
    [id, of.workspaceId, of.generation, answer.ok, JSON.stringify(answer.result ?? null)],
  );
  return rows[0] ?? null;
}

/** Notified with the workspace's id whenever a machine of it has an order (migration 0010). */
export const ORDERS_CHANNEL = 'machine_orders';
