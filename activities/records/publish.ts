// Writes what the entity decided where every read looks; a repeat or a late one can't turn the row back.

import { publishWorkspace as write } from '../../store/workspaces.ts';
import type { PublishedEvent, PublishedOperation, WorkspaceState } from '../../domain/workspace.ts';
import type { Dependencies } from '../dependencies.ts';
import { uuidOf } from '../../store/uuidOf.ts';

export const publishWorkspace =
  ({ db }: Dependencies) =>
  async (
    state: WorkspaceState,
    events: readonly PublishedEvent[],
    operations: readonly PublishedOperation[] = [],
  ): Promise<void> => {
    const identified = events.map(({ key, ...event }) => ({ ...event, id: uuidOf(`${state.workspaceId}/${key}`) }));
    await write(db, state, identified, operations);
  };
