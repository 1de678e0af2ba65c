// Home volumes: the intent before CreateVolume, the volume after it, and its end.

import type { CreateVolumeCommandInput } from '@aws-sdk/client-ec2';
import type { WorkspaceId } from '../domain/ids.ts';
import type { LaunchKey } from '../domain/machine.ts';
import { eventsParameter, insertEvents, type NewEvent } from './events.ts';
import type { Queryable } from './pool.ts';

export type HomeIntent = LaunchKey & {
  readonly clientToken: string;
  readonly request: CreateVolumeCommandInput;
  readonly zone: string;
  readonly sizeGb: number;
};

export type RecordedHome = Pick<HomeRow, 'request' | 'volume_id'>;

export type HomeRow = {
  readonly workspace_id: WorkspaceId;
  readonly generation: number;
  readonly attempt: number;
  readonly client_token: string;
  readonly request: CreateVolumeCommandInput;
  readonly zone: string;
  readonly size_gb: number;
  readonly requested_at: Date;
  readonly volume_id: string | null;
  /** Postgres' own time when the row was read: how old something is, is never asked of another clock than the one that wrote it. */
  readonly read_at: Date;
};

/** Writes the intent unless it is there, and answers the one that is; null where the launch is over, and the home deleted or never made. */
export async function recordHomeIntent(db: Queryable, intent: HomeIntent): Promise<RecordedHome | null> {
  const { rows } = await db.query({
    name: 'record-home-intent',
    text: `insert into homes (workspace_id, client_token, request, zone, size_gb, generation, attempt)
     select $1, $2, $3, $4, $5, $6, $7 where not exists (
       select 1 from launches where workspace_id = $1 and generation = $6 and attempt = $7 and progress in ('refused', 'ended')
     )
     on conflict (client_token) do update set requested_at = now() where homes.deleted_at is null
     returning request, volume_id`,
    values: [
      intent.workspaceId,
      intent.clientToken,
      JSON.stringify(intent.request),
      intent.zone,
      intent.sizeGb,
      intent.generation,
      intent.attempt,
    ],
  });
  return rows[0] ?? null;
}

/** `told`: the step that it is. False = the home was deleted meanwhile: nobody will delete that volume but the caller. */
export async function recordHomeCreated(
  db: Queryable,
  clientToken: string,
  volumeId: string,
  told: NewEvent,
): Promise<boolean> {
  const { rowCount } = await db.query({
    name: 'record-home-created',
    text: `with created as (
       update homes set volume_id = $2 where client_token = $1 and deleted_at is null returning 1
     ), told as (
       ${insertEvents('$3')}
     )
     select 1 from created`,
    values: [clientToken, volumeId, eventsParameter([told])],
  });
  return rowCount === 1;
}

export async function recordHomeSize(db: Queryable, volumeId: string, sizeGb: number): Promise<void> {
  await db.query(`update homes set size_gb = $2 where volume_id = $1`, [volumeId, sizeGb]);
}

export async function recordHomeDeleted(db: Queryable, clientToken: string): Promise<void> {
  await db.query(`update homes set deleted_at = coalesce(deleted_at, now()) where client_token = $1`, [clientToken]);
}

/** GiB; null = there is no such home. */
export async function sizeOfHome(db: Queryable, volumeId: string): Promise<number | null> {
  const { rows } = await db.query(`select size_gb from homes where volume_id = $1 and deleted_at is null`, [volumeId]);
  return rows[0]?.size_gb ?? null;
}

/** Homes of the workspace that may still exist, with or without a known volume. */
export async function openHomes(db: Queryable, workspaceId: WorkspaceId): Promise<HomeRow[]> {
  const { rows } = await db.query(
    `select *, clock_timestamp() as read_at from homes where workspace_id = $1 and deleted_at is null`,
    [workspaceId],
  );
  return rows;
}
