// A workspace with its descendants: who may be whose parent, and one command for all of them (facts/wire.md 1.7).

import { BerthError, type ErrorCode } from '../domain/errors.ts';
import { type OperationId, type TenantId, workspaceId as asWorkspaceId, type WorkspaceId } from '../domain/ids.ts';
import { descendantsOf, type Relative } from '../store/family.ts';
import { uuidOf } from '../store/uuidOf.ts';
import { findWorkspace } from '../store/workspaces.ts';
import type { LivingCommand, Target } from './commands.ts';
import type { ApiDependencies } from './context.ts';

/** Each is a round trip to a worker: a family of hundreds must not take all of them at once. */
const AT_ONCE = 8;

export type Refused = { readonly id: WorkspaceId; readonly code: ErrorCode };

/** Throws PARENT_NOT_FOUND or PARENT_CIRCULAR. */
export async function parentOf(
  { db }: ApiDependencies,
  tenantId: TenantId,
  child: WorkspaceId,
  given: string,
): Promise<WorkspaceId> {
  const parent = asWorkspaceId(given);
  const row = parent === null ? null : await findWorkspace(db, tenantId, parent);
  if (parent === null || row === null || row.status === 'removed') {
    throw new BerthError('PARENT_NOT_FOUND', { parent_id: given });
  }
  const below = await descendantsOf(db, tenantId, child);
  if (parent === child || below.some(({ id }) => id === parent)) {
    throw new BerthError('PARENT_CIRCULAR', { parent_id: given });
  }
  return parent;
}

/**
 * Sends the command to each; the same again for a repeated request, and each of them takes it once. Those who can't take it now
 * are answered; whom it does not concern any more is left out of both.
 */
export async function sendToAll(
  { commands }: ApiDependencies,
  { tenantId, operationId }: Target,
  relatives: readonly Relative[],
  command: LivingCommand,
): Promise<{ readonly taken: WorkspaceId[]; readonly refused: Refused[] }> {
  const taken: WorkspaceId[] = [];
  const refused: Refused[] = [];
  const waiting = [...relatives];
  const sendOn = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const { id } = next;
      const target = { tenantId, workspaceId: id, operationId: uuidOf(`${operationId}/${id}`) as OperationId };
      try {
        await commands.send(target, command);
        taken.push(id);
      } catch (error) {
        if (!(error instanceof BerthError) || error.code === 'COMMAND_UNCONFIRMED') throw error;
        if (!MOOT.includes(error.code)) refused.push({ id, code: error.code });
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, sendOn));
  return { taken, refused };
}

/** It is so already, or there is nothing left to be told. */
const MOOT: readonly ErrorCode[] = ['WRONG_PHASE', 'WORKSPACE_REMOVED', 'WORKSPACE_NOT_FOUND'];
