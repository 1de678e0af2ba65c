// What a workspace may still own in AWS, from the intents: each was written before the call that it describes.

import { openHomes } from '../../store/homes.ts';
import { openLaunches } from '../../store/launches.ts';
import type { WorkspaceId } from '../../domain/ids.ts';
import type { LaunchKey } from '../../domain/machine.ts';
import type { Dependencies } from '../dependencies.ts';

/** Homes by their volume's id, or by their token where no answer was recorded. */
export type Holdings = { readonly launches: readonly LaunchKey[]; readonly homes: readonly string[] };

export const listHoldings =
  ({ db }: Dependencies) =>
  async (workspaceId: WorkspaceId): Promise<Holdings> => {
    const launches = await openLaunches(db, workspaceId);
    const homes = await openHomes(db, workspaceId);
    return {
      launches: launches.map(({ generation, attempt }) => ({ workspaceId, generation, attempt })),
      homes: homes.map((home) => home.volume_id ?? home.client_token),
    };
  };
