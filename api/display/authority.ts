// Who may drive a display: what the proxy asks before each input, and how it learns that it has changed.

import type { WorkspaceId } from '../../domain/ids.ts';
import { type LiveFence, liveFence } from '../../store/controlLocks.ts';
import type { ApiDependencies } from '../context.ts';

export type ControlAuthority = {
  /** Read at this moment; null where nobody may. */
  current(workspaceId: WorkspaceId): Promise<LiveFence | null>;
  /** Resolves when it may have changed, at the latest after `timeoutMs`. */
  changed(workspaceId: WorkspaceId, timeoutMs: number): Promise<void>;
};

export const recordedAuthority = ({
  db,
  controlNews,
}: Pick<ApiDependencies, 'db' | 'controlNews'>): ControlAuthority => ({
  current: (workspaceId) => liveFence(db, workspaceId),
  changed: (workspaceId, timeoutMs) => controlNews.next(workspaceId, timeoutMs),
});
