// Writes what the entity decided where every read looks; a repeat or a late one can't turn the row back.

import { publishWorkspace as write } from '../../store/workspaces.ts';
import type { PublishedEvent, PublishedOperation, WorkspaceState } from '../../domain/workspace.ts';
import type { Dependencies } from '../dependencies.ts';

export const publishWorkspace =
  ({ db }: Dependencies) =>
  async (
    state: WorkspaceState,
    events: readonly PublishedEvent[],
    operations: readonly PublishedOperation[] = [],
  ): Promise<void> => {
    await write(db, state, events, operations);
  };
