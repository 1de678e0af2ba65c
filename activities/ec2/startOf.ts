// Which zone a workspace's launches begin with.

import { createHash } from 'node:crypto';

/** The zones are in an order of the workspace's own: workspaces spread, and a retry plans the same. */
export const startOf = (workspaceId: string): number =>
  createHash('sha256').update(workspaceId).digest().readUInt32BE();
