// Finds the workspaces that nobody has used for as long as their profile says, and holds off new leases until they are told.

import { operationId } from '../../domain/ids.ts';
import type { Idle } from '../../domain/workspace.ts';
import type { WorkspaceId } from '../../domain/ids.ts';
import { claimIdleWorkspaces, forgetLeases } from '../../store/activity.ts';
import type { Dependencies } from '../dependencies.ts';
import { uuidOf } from '../../store/uuidOf.ts';

export type IdleWorkspace = Idle & { readonly workspaceId: WorkspaceId };

/** The same answer again after a retry: what is claimed stays claimed until it is told, or for half a minute. */
export const claimIdle =
  ({ db }: Dependencies) =>
  async (): Promise<IdleWorkspace[]> => {
    await forgetLeases(db);
    const rows = await claimIdleWorkspaces(db);
    return rows.map(({ id, auto_pause: { mode }, last_use }) => {
      const since = last_use.toISOString();
      // One pause for one idle time, however often it is told.
      return { workspaceId: id, mode, since, operationId: operationId(uuidOf(`${id}/idle/${since}`))! };
    });
  };
