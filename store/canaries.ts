// Intents of canary machines: written whole before RunInstances, then what became of them, as in launches.ts.

import type { RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import type { CanaryKey } from '../domain/canary.ts';
import type { Queryable } from './pool.ts';

export type CanaryIntent = CanaryKey & {
  readonly region: string;
  readonly imageId: string;
  readonly clientToken: string;
  readonly request: RunInstancesCommandInput;
};

export type CanaryRow = {
  readonly run_id: string;
  readonly variant: string;
  readonly attempt: number;
  readonly client_token: string;
  readonly request: RunInstancesCommandInput;
  readonly requested_at: Date;
  readonly progress: 'requested' | 'launched' | 'refused' | 'ended';
  readonly instance_id: string | null;
  /** Postgres' own time when the row was read: how old something is, is never asked of another clock than the one that wrote it. */
  readonly read_at: Date;
};

const KEY = 'run_id = $1 and variant = $2 and attempt = $3';
const key = ({ runId, variant, attempt }: CanaryKey) => [runId, variant, attempt];

/** Writes the intent unless it is there, and answers the one that is: a replay sends the first request, byte for byte. */
export async function recordCanaryIntent(db: Queryable, intent: CanaryIntent): Promise<CanaryRow> {
  const { region, imageId, clientToken, request } = intent;
  const { rows } = await db.query(
    `insert into image_canaries (run_id, variant, attempt, region, image_id, client_token, request) values ($1, $2, $3, $4, $5, $6, $7)
     on conflict (run_id, variant, attempt) do update set requested_at = now()
     returning *, clock_timestamp() as read_at`,
    [...key(intent), region, imageId, clientToken, JSON.stringify(request)],
  );
  return rows[0];
}

export async function recordCanaryLaunched(db: Queryable, canary: CanaryKey, instanceId: string): Promise<void> {
  await db.query(
    `update image_canaries set progress = 'launched', instance_id = $4, launched_at = coalesce(launched_at, now())
     where ${KEY} and progress in ('requested', 'launched')`,
    [...key(canary), instanceId],
  );
}

/** AWS refused for good: no instance can come of this intent. */
export async function recordCanaryRefused(db: Queryable, canary: CanaryKey): Promise<void> {
  await db.query(`update image_canaries set progress = 'refused' where ${KEY} and progress = 'requested'`, key(canary));
}

export async function recordCanaryEnded(db: Queryable, canary: CanaryKey): Promise<void> {
  await db.query(
    `update image_canaries set progress = 'ended', ended_at = coalesce(ended_at, now()) where ${KEY}`,
    key(canary),
  );
}

export async function findCanary(db: Queryable, canary: CanaryKey): Promise<CanaryRow | null> {
  const { rows } = await db.query(
    `select *, clock_timestamp() as read_at from image_canaries where ${KEY}`,
    key(canary),
  );
  return rows[0] ?? null;
}

/** Those that may still have a machine. */
export async function openCanaries(db: Queryable, region: string): Promise<CanaryKey[]> {
  const { rows } = await db.query(
    `select * from image_canaries where region = $1 and progress in ('requested', 'launched') order by requested_at`,
    [region],
  );
  return (rows as CanaryRow[]).map(({ run_id: runId, variant, attempt }) => ({ runId, variant, attempt }));
}
