// Tenants' own images: what each was when it first booted, and whose launch tries one that never has.

import type { TenantId, WorkspaceId } from '../domain/ids.ts';
import { type Database, transaction } from './pool.ts';

export type Trial = {
  readonly tenantId: TenantId;
  readonly imageId: string;
  readonly digest: string;
  readonly workspaceId: WorkspaceId;
  readonly generation: number;
};

export type TrialVerdict =
  | { readonly verdict: 'proven' | 'mine' }
  | { readonly verdict: 'changed'; readonly digest: string }
  | { readonly verdict: 'under-way'; readonly workspaceId: WorkspaceId };

/**
 * An image that has never booted for the tenant is tried by one launch at a time. A trial is under way as long as its
 * reservation is held: whatever ends a launch gives that back.
 */
export const claimTrial = (db: Database, trial: Trial): Promise<TrialVerdict> =>
  transaction(db, async (client) => {
    const { tenantId, imageId, digest, workspaceId, generation } = trial;
    await client.query(`select pg_advisory_xact_lock(hashtextextended('image/' || $1 || '/' || $2, 0))`, [
      tenantId,
      imageId,
    ]);
    const { rows } = await client.query(
      `select c.*, exists (select 1 from reservations r where r.workspace_id = c.trial_workspace_id
         and r.generation = c.trial_generation and r.released_at is null) as under_way
       from custom_images c where tenant_id = $1 and image_id = $2`,
      [tenantId, imageId],
    );
    const known = rows[0];
    if (known !== undefined && known.proven_at !== null) {
      return known.digest === digest ? { verdict: 'proven' } : { verdict: 'changed', digest: known.digest };
    }
    const isMine = known?.trial_workspace_id === workspaceId && known.trial_generation === generation;
    if (known?.under_way === true && !isMine) return { verdict: 'under-way', workspaceId: known.trial_workspace_id };
    await client.query(
      `insert into custom_images (tenant_id, image_id, digest, trial_workspace_id, trial_generation) values ($1, $2, $3, $4, $5)
       on conflict (tenant_id, image_id) do update set digest = excluded.digest,
         trial_workspace_id = excluded.trial_workspace_id, trial_generation = excluded.trial_generation`,
      [tenantId, imageId, digest, workspaceId, generation],
    );
    return { verdict: 'mine' };
  });

/** The statement that says that a machine of the generation has booted; to be part of a larger one. */
export const proveImage = (workspaceId: string, generation: string): string =>
  `update custom_images set proven_at = now()
   where trial_workspace_id = ${workspaceId} and trial_generation = ${generation} and proven_at is null`;
