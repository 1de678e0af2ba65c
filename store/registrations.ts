// A machine's registration: the boot credential's launch becomes registered, and the workspace token's hash is stored.

import type { LaunchKey } from '../domain/machine.ts';
import type { WorkspaceId } from '../domain/ids.ts';
import { proveImage } from './customImages.ts';
import { type Database, type Queryable, transaction } from './pool.ts';

export type Registering = LaunchKey & {
  readonly url: string | null;
  readonly agentCard: unknown;
  /** The instance that says it is this launch's. */
  readonly instanceId: string;
  readonly tokenHash: Buffer;
  /** First 8 characters, for people who compare; not enough to use. */
  readonly tokenPrefix: string;
  readonly home: RegisteringHome;
};

/** What the machine has mounted; the digest only where it was asked for. */
export type RegisteringHome = { readonly volumeId: string; readonly digest: string | null };

export type Registered =
  | {
      readonly result: 'registered';
      readonly operationWorkflowId: string;
      readonly tenantId: string;
      readonly instanceId: string | null;
    }
  | { readonly result: 'unknown' | 'other-instance' | 'closed' | 'expired' | 'used' }
  | { readonly result: 'other-home'; readonly operationWorkflowId: string; readonly because: string };

/**
 * Exchanges the credential of one launch for a token, once. A machine that lost the answer may ask again while nobody has
 * used the token yet: the new one replaces it, so at most one is ever good.
 */
export const register = (db: Database, registering: Registering): Promise<Registered> =>
  transaction(db, async (client) => {
    const { workspaceId, generation, attempt } = registering;
    const { rows } = await client.query(
      `select l.*, l.boot_deadline < now() as expired,
         exists (select 1 from launches o where o.workspace_id = l.workspace_id and (o.generation, o.attempt) > (l.generation, l.attempt)
                 and o.progress in ('requested', 'launched')) as superseded,
         exists (select 1 from workspace_auth_tokens t where t.workspace_id = l.workspace_id and t.generation = l.generation
                 and t.attempt = l.attempt and t.first_used_at is not null) as used
       from launches l where l.workspace_id = $1 and l.generation = $2 and l.attempt = $3 for update`,
      [workspaceId, generation, attempt],
    );
    const launch = rows[0];
    if (launch === undefined) return { result: 'unknown' };
    // User data can be copied to another instance; before the launch is recorded there is nothing to compare with.
    if (launch.instance_id !== null && launch.instance_id !== registering.instanceId)
      return { result: 'other-instance' };
    if (
      launch.superseded ||
      launch.terminate_requested_at !== null ||
      !['requested', 'launched'].includes(launch.progress)
    ) {
      return { result: 'closed' };
    }
    if (launch.used) return { result: 'used' };
    if (launch.expired) return { result: 'expired' };
    const because = otherHome(launch.expected_home, registering.home);
    if (because !== null) return { result: 'other-home', operationWorkflowId: launch.operation_workflow_id, because };
    // Whoever waited for its boot need not be told of its states any more. If it was a trial, its image is proven.
    await client.query({
      name: 'register-launch',
      text: `with revoked as (
         update workspace_auth_tokens set revoked_at = now()
         where workspace_id = $1 and generation <= $2 and revoked_at is null
       ), issued as (
         insert into workspace_auth_tokens (token_hash, workspace_id, generation, attempt, prefix) values ($4, $1, $2, $3, $5)
       ), proven as (
         ${proveImage('$1', '$2')}
       )
       update launches set registered_at = coalesce(registered_at, now()), url = $6, agent_card = $7, watcher = null
       where workspace_id = $1 and generation = $2 and attempt = $3`,
      values: [
        workspaceId,
        generation,
        attempt,
        registering.tokenHash,
        registering.tokenPrefix,
        registering.url,
        JSON.stringify(registering.agentCard ?? null),
      ],
    });
    return {
      result: 'registered',
      operationWorkflowId: launch.operation_workflow_id,
      tenantId: launch.tenant_id,
      instanceId: launch.instance_id,
    };
  });

/** Why what is mounted is not the home that was left on the machine before; a home of its own need not be proven. */
function otherHome(
  expected: { readonly volume_id: string; readonly digest: string | null } | null,
  { volumeId, digest }: RegisteringHome,
): string | null {
  if (expected === null) return null;
  if (expected.volume_id !== volumeId) return `${volumeId} is mounted, and ${expected.volume_id} was expected`;
  if (expected.digest !== null && expected.digest !== digest) return 'its content is not what was left';
  return null;
}

/** A machine that has booted again registers with its token: whoever waits for it is told. */
export async function registerAgain(
  db: Queryable,
  { workspaceId, generation, attempt }: LaunchKey,
  { url, agentCard }: Pick<Registering, 'url' | 'agentCard'>,
): Promise<string> {
  const { rows } = await db.query(
    `update launches set registered_at = now(), url = coalesce($4, url), agent_card = coalesce($5::jsonb, agent_card), watcher = null
     where workspace_id = $1 and generation = $2 and attempt = $3 returning operation_workflow_id`,
    [workspaceId, generation, attempt, url, agentCard === null ? null : JSON.stringify(agentCard)],
  );
  return rows[0].operation_workflow_id;
}

export type TokenOwner = {
  readonly workspaceId: WorkspaceId;
  readonly generation: number;
  readonly attempt: number;
  readonly tenantId: string;
  /** Its generation was replaced or given up: it opens nothing any more. */
  readonly isSuperseded: boolean;
};

/** Whose token this is, or null where it is nobody's (any more). */
export async function findToken(db: Queryable, tokenHash: Buffer): Promise<TokenOwner | null> {
  const { rows } = await db.query({
    // Of every heartbeat.
    name: 'find-token',
    text: `select t.workspace_id, t.generation, t.attempt, t.first_used_at, t.revoked_at, l.tenant_id,
       exists (select 1 from workspace_auth_tokens s where s.workspace_id = t.workspace_id and s.generation = t.generation
               and s.revoked_at is null) as rotated
     from workspace_auth_tokens t
     join lateral (select tenant_id from launches l where l.workspace_id = t.workspace_id and l.generation = t.generation limit 1) l on true
     where t.token_hash = $1`,
    values: [tokenHash],
  });
  const row = rows[0];
  if (row === undefined) return null;
  const isSuperseded = row.revoked_at !== null;
  if (isSuperseded && row.rotated) return null;
  // The first use closes the boot credential's exchange for good.
  if (row.first_used_at === null && !isSuperseded) {
    await db.query(
      `update workspace_auth_tokens set first_used_at = now() where token_hash = $1 and first_used_at is null and revoked_at is null`,
      [tokenHash],
    );
  }
  const { workspace_id: workspaceId, generation, attempt, tenant_id: tenantId } = row;
  return { workspaceId, generation, attempt, tenantId, isSuperseded };
}
