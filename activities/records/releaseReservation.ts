// Gives back what a workspace's machines had taken of budget and quota; nothing taken is success.

import type { WorkspaceId } from '../../domain/ids.ts';
import { release } from '../../store/reservations.ts';
import type { Dependencies } from '../dependencies.ts';

/** Of every generation up to this one: its machines have ended. */
export const releaseReservation =
  ({ db }: Dependencies) =>
  async (workspaceId: WorkspaceId, generation: number): Promise<void> => {
    await release(db, workspaceId, generation);
  };
