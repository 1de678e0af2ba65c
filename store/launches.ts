// Launch intents: written whole before the first RunInstances, then what became of them (design, section 4).

import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { InstanceState, LaunchKey } from '../domain/machine.ts';
import type { WorkspaceId } from '../domain/ids.ts';
import { eventsParameter, insertEvents, type NewEvent } from './events.ts';
import { type Database, type Queryable, transaction } from './pool.ts';

export type LaunchIntent = LaunchKey & {
  readonly tenantId: string;
  readonly region: string;
  readonly operationWorkflowId: string;
  readonly clientToken: string;
  /** The whole RunInstances request; the user data is sealed (credentials/sealed.ts). */
  readonly request: RunInstancesCommandInput;
  readonly bootDeadlineAt: Date;
};

export type LaunchRow = {
  readonly workspace_id: WorkspaceId;
  readonly generation: number;
  readonly attempt: number;
  readonly tenant_id: string;
  readonly region: string;
  readonly operation_workflow_id: string;
  readonly client_token: string;
  readonly request: RunInstancesCommandInput;
  readonly requested_at: Date;
  readonly boot_deadline: Date;
  readonly progress: 'requested' | 'launched' | 'refused' | 'ended';
  readonly refusal: string | null;
  readonly instance_id: string | null;
  readonly launched_at: Date | null;
  readonly terminate_requested_at: Date | null;
  readonly observed_state: InstanceState | null;
  readonly state_reason: string | null;
  readonly watcher: string | null;
  readonly registered_at: Date | null;
  /** Postgres' own time when the row was read: how old something is, is never asked of another clock than the one that wrote it. */
  readonly read_at: Date;
};

/** Notified with the region whenever somebody begins to wait for something there. */
export const WATCH_CHANNEL = 'launch_watch';

const KEY = 'workspace_id = $1 and generation = $2 and attempt = $3';
const key = ({ workspaceId, generation, attempt }: LaunchKey) => [workspaceId, generation, attempt];

/** What a launch goes on from. */
export type RecordedIntent = Pick<
  LaunchRow,
  'operation_workflow_id' | 'client_token' | 'request' | 'instance_id' | 'progress' | 'terminate_requested_at'
>;

/** Writes the intent unless it is there, and answers the one that is: a replay sends the first request, byte for byte. */
export async function recordIntent(db: Queryable, intent: LaunchIntent): Promise<RecordedIntent> {
  const { rows } = await db.query({
    // Named, as all that every launch goes through: the planning costs as much as the execution.
    name: 'record-intent',
    text: `insert into launches (workspace_id, generation, attempt, tenant_id, region, operation_workflow_id, client_token, request, boot_deadline)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
     on conflict (workspace_id, generation, attempt) do update set requested_at = now()
     returning operation_workflow_id, client_token, request, instance_id, progress, terminate_requested_at`,
    values: [
      ...key(intent),
      intent.tenantId,
      intent.region,
      intent.operationWorkflowId,
      intent.clientToken,
      JSON.stringify(intent.request),
      intent.bootDeadlineAt,
    ],
  });
  return rows[0];
}

/**
 * It never happened, and never will: a try that is still on its way to its intent finds this one. False = there is one, or no such
 * workspace.
 */
export async function forgoLaunch(db: Queryable, launch: LaunchKey, region: string, watcher: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into launches (workspace_id, generation, attempt, tenant_id, region, operation_workflow_id, client_token, request, boot_deadline, progress)
     select $1, $2, $3, tenant_id, $4, $5, $6, '{}', now(), 'ended' from workspaces where id = $1
     on conflict do nothing`,
    [...key(launch), region, watcher, `none/${key(launch).join('/')}`],
  );
  return rowCount === 1;
}

export async function findLaunch(db: Queryable, launch: LaunchKey): Promise<LaunchRow | null> {
  const { rows } = await db.query(`select *, clock_timestamp() as read_at from launches where ${KEY}`, key(launch));
  return rows[0] ?? null;
}

/**
 * AWS made `instanceId`; until it has registered `watcher` (a workflow id) is told of its states. Wakes the sweep. False = the launch
 * was given up meanwhile: nobody will end that machine but the caller.
 */
export async function recordLaunched(
  db: Queryable,
  launch: LaunchKey,
  instanceId: string,
  watcher: string,
  told: readonly NewEvent[] = [],
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'record-launched',
    text: `with launched as (
       update launches set progress = 'launched', instance_id = $4, launched_at = coalesce(launched_at, now()),
         watcher = case when registered_at is null then $5 end, observed_state = null
       where ${KEY} and progress in ('requested', 'launched')
       returning region
     ), told as (
       ${insertEvents('$6')}
     )
     select pg_notify('${WATCH_CHANNEL}', region) from launched`,
    values: [...key(launch), instanceId, watcher, eventsParameter(told)],
  });
  return rowCount === 1;
}

/** AWS refused for good: no instance can come of this intent. */
export async function recordRefused(db: Queryable, launch: LaunchKey, refusal: string): Promise<void> {
  await db.query(`update launches set progress = 'refused', refusal = $4 where ${KEY} and progress = 'requested'`, [
    ...key(launch),
    refusal,
  ]);
}

/** From now on `watcher` is told of the instance's states, the present one first. False = it is known to have ended: nobody is told. */
export async function recordTerminating(db: Queryable, launch: LaunchKey, watcher: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update launches set terminate_requested_at = coalesce(terminate_requested_at, now()), watcher = $4, observed_state = null
     where ${KEY} and progress in ('requested', 'launched')`,
    [...key(launch), watcher],
  );
  return rowCount === 1;
}

/** It was not ended after all, and has served before: it goes on. One that never registered stays as good as ended. */
export async function recordSpared(db: Queryable, launch: LaunchKey): Promise<void> {
  await db.query(
    `update launches set terminate_requested_at = null, watcher = null where ${KEY} and registered_at is not null`,
    key(launch),
  );
}

/**
 * No machine of this intent exists any more. Its credential and tokens are worth nothing from now on.
 * @param knows the watcher that has been told; another one, who began to watch meanwhile, still is to be.
 */
export async function recordEnded(db: Queryable, launch: LaunchKey, knows: string | null): Promise<void> {
  await db.query(
    `update launches set progress = 'ended', watcher = case when watcher = $4 then null else watcher end where ${KEY}`,
    [...key(launch), knows],
  );
  await db.query(
    `update workspace_auth_tokens set revoked_at = now() where workspace_id = $1 and generation = $2 and attempt = $3 and revoked_at is null`,
    key(launch),
  );
}

/**
 * Another operation has to do with the machine now: it is told of its states, the present one first, and of its registration.
 * An end that is known already is told, too.
 */
export async function adoptLaunch(db: Queryable, launch: LaunchKey, watcher: string): Promise<void> {
  await db.query(
    `update launches set operation_workflow_id = $4, watcher = $4, observed_state = null
     where ${KEY} and progress in ('launched', 'ended')`,
    [...key(launch), watcher],
  );
}

/** What the machine has to have mounted when it registers; `digest` null = whatever is on that volume. */
export async function expectHome(
  db: Queryable,
  launch: LaunchKey,
  home: { readonly volume_id: string; readonly digest: string | null },
): Promise<void> {
  await db.query(`update launches set expected_home = $4 where ${KEY}`, [...key(launch), JSON.stringify(home)]);
}

export type Registered = { readonly attempt: number; readonly url: string | null; readonly agentCard: unknown };

/** Null = none of the generation's machines has registered, and from now on none can; else the one that has. */
export const closeGeneration = (
  db: Database,
  workspaceId: WorkspaceId,
  generation: number,
): Promise<Registered | null> =>
  transaction(db, async (client) => {
    // Waits for a registration that is under way; one that comes later finds the door closed (store/registrations.ts).
    await client.query(
      `update launches set terminate_requested_at = coalesce(terminate_requested_at, now())
       where workspace_id = $1 and generation = $2 and registered_at is null`,
      [workspaceId, generation],
    );
    const { rows } = await client.query(
      `select attempt, url, agent_card from launches
       where workspace_id = $1 and generation = $2 and registered_at is not null and terminate_requested_at is null
         and progress = 'launched' order by attempt desc limit 1`,
      [workspaceId, generation],
    );
    const [row] = rows;
    return row === undefined ? null : { attempt: row.attempt, url: row.url, agentCard: row.agent_card };
  });

/** That workflow waits for none of the workspace's machines any more: from here on their end is nobody's wish. */
export async function unwatchLaunches(db: Queryable, workspaceId: WorkspaceId, watcher: string): Promise<void> {
  await db.query(`update launches set watcher = null where workspace_id = $1 and watcher = $2`, [workspaceId, watcher]);
}

/** Intents of the workspace that may still have a machine. */
export async function openLaunches(db: Queryable, workspaceId: WorkspaceId): Promise<LaunchRow[]> {
  const { rows } = await db.query(
    `select *, clock_timestamp() as read_at from launches where workspace_id = $1 and progress in ('requested', 'launched') order by generation, attempt`,
    [workspaceId],
  );
  return rows;
}

export async function instanceOf(db: Queryable, launch: LaunchKey): Promise<string | null> {
  const { rows } = await db.query(`select instance_id from launches where ${KEY}`, key(launch));
  return rows[0]?.instance_id ?? null;
}

/** Whose instance it is, or null where it is none of ours. `isOpen`: it is meant to be there. */
export async function launchOfInstance(
  db: Queryable,
  instanceId: string,
): Promise<(LaunchKey & { readonly isOpen: boolean }) | null> {
  const { rows } = await db.query(
    `select workspace_id, generation, attempt, progress = 'launched' and terminate_requested_at is null as is_open
     from launches where instance_id = $1`,
    [instanceId],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { workspace_id: workspaceId, generation, attempt, is_open: isOpen } = row;
  return { workspaceId, generation, attempt, isOpen };
}

/** `is_taken_over`: its workspace speaks of it as its machine, or never will; else the operation that has made it is about to hand it over. */
export type UnwatchedLaunch = LaunchRow & { readonly is_taken_over: boolean };

/** Machines that serve a workspace, or are kept for one: nobody waits for them, and their end is nobody's wish. */
export async function unwatchedLaunches(db: Queryable, region: string): Promise<UnwatchedLaunch[]> {
  const { rows } = await db.query(
    `select l.*, clock_timestamp() as read_at, coalesce(w.operation_id is null or w.instance_id = l.instance_id, true) as is_taken_over
     from launches l left join workspaces w on w.id = l.workspace_id
     where l.region = $1 and l.progress = 'launched' and l.watcher is null
       and l.registered_at is not null and l.terminate_requested_at is null and l.instance_id is not null`,
    [region],
  );
  return rows;
}

/** Launches somebody waits for. */
export async function watchedLaunches(db: Queryable, region: string): Promise<LaunchRow[]> {
  const { rows } = await db.query(
    `select *, clock_timestamp() as read_at from launches where region = $1 and watcher is not null`,
    [region],
  );
  return rows;
}

/** The watcher was told of `state`; told of an ended instance it stops watching. */
export async function recordObserved(
  db: Queryable,
  launch: LaunchKey,
  watcher: string,
  state: InstanceState,
  stateReason: string | null,
  last: boolean,
): Promise<void> {
  await db.query(
    `update launches set observed_state = $4, state_reason = $5, watcher = case when $6 then null else watcher end
     where ${KEY} and watcher = $7`,
    [...key(launch), state, stateReason, last, watcher],
  );
}

/** Wakes the sweep of every worker at once; a sweep that runs on its interval alone would only be slower. */
export async function wakeSweep(db: Queryable, region: string): Promise<void> {
  await db.query('select pg_notify($1, $2)', [WATCH_CHANNEL, region]);
}
