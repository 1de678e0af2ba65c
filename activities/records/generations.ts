// Which machine of a workspace may speak for it: decided in one row, so that nobody is between two of them.

import type { LaunchKey } from '../../domain/machine.ts';
import { closeGeneration as close, expectHome as expect, type Registered } from '../../store/launches.ts';
import type { WorkspaceId } from '../../domain/ids.ts';
import type { Dependencies } from '../dependencies.ts';

/**
 * The door of a generation: either one of its machines has registered, which then is the answer, or none ever will. Whoever comes
 * first decides, so an operation never unwinds what has gone online.
 */
export const closeGeneration =
  ({ db }: Dependencies) =>
  async (workspaceId: WorkspaceId, generation: number): Promise<Registered | null> =>
    close(db, workspaceId, generation);

export type ExpectedHome = { readonly volumeId: string; readonly digest: string | null };

/** Before the home is attached to it: the machine may register with this one only. */
export const expectHome =
  ({ db }: Dependencies) =>
  async (key: LaunchKey, { volumeId, digest }: ExpectedHome): Promise<void> =>
    expect(db, key, { volume_id: volumeId, digest });
