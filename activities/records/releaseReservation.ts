// Gives back what a workspace's machines had taken of budget and quota; nothing taken is success.

import type { WorkspaceId } from '../../domain/ids.ts';
import { release } from '../../store/reservations.ts';
import type { Dependencies } from '../dependencies.ts';

/** Of the generations from the first to the last of these: their machines have ended. */
export const releaseReservation =
  ({ db }: Dependencies) =>
  async (workspaceId: WorkspaceId, generations: { readonly from: number; readonly to: number }): Promise<void> => {
    await release(db, workspaceId, generations);
  };
