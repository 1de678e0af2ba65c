// Idempotency-Key: the same key and request once, however often it is sent; the same key with another request never.

import { createHash, randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import { BerthError } from '../domain/errors.ts';
import { operationId as asOperationId, workspaceId as asWorkspaceId } from '../domain/ids.ts';
import { findWorkspace } from '../store/workspaces.ts';
import { claimKey, recordResponse } from '../store/idempotencyKeys.ts';
import type { ApiDependencies, ApiEnv } from './context.ts';
import type { Target } from './commands.ts';

export type Answer = { readonly status: ContentfulStatusCode; readonly body: Record<string, unknown> };

/**
 * Runs `command` for this request, or answers what the first request with its key was answered. Two at once both run it with
 * the same ids, and the entity takes the command once. Without a key each request is a new one.
 * A failed command is not recorded: the same key may try again. Whatever the command has to know is read inside of it: what was
 * answered once is answered again after the workspace has changed, or is no more.
 */
export async function once(
  deps: ApiDependencies,
  c: Context<ApiEnv>,
  request: unknown,
  ask: (target: Target) => Promise<Answer>,
): Promise<Response> {
  const { db } = deps;
  const tenantId = c.get('tenantId');
  const command = (target: Target) => ask(target).catch((error: unknown) => unattended(deps, target, error));
  const fresh = {
    workspaceId: c.get('workspaceId') ?? asWorkspaceId(randomUUID())!,
    operationId: asOperationId(randomUUID())!,
  };
  const key = c.req.header('idempotency-key');
  if (key === undefined) return send(c, await command({ tenantId, ...fresh }));
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw new BerthError('INVALID_IDEMPOTENCY_KEY');

  const fingerprint = createHash('sha256')
    .update(`${c.req.method} ${c.req.path}\n${canonical(request)}`)
    .digest();
  const claim = await claimKey(db, { tenantId, key }, { fingerprint, ...fresh });
  if (!claim.fingerprint.equals(fingerprint)) throw new BerthError('IDEMPOTENCY_KEY_REUSED');
  if (claim.response_status !== null) {
    return send(c, {
      status: claim.response_status as ContentfulStatusCode,
      body: claim.response_body as Answer['body'],
    });
  }
  const answer = await command({ tenantId, workspaceId: claim.workspace_id, operationId: claim.operation_id });
  await recordResponse(db, { tenantId, key }, answer.status, answer.body);
  return send(c, answer);
}

/** An entity that is not there although its workspace is has not ended by itself. */
async function unattended({ db, commands }: ApiDependencies, target: Target, error: unknown): Promise<never> {
  if (!(error instanceof BerthError) || error.code !== 'WORKSPACE_REMOVED') throw error;
  const row = await findWorkspace(db, target.tenantId, target.workspaceId);
  // Its own refusal of whoever is removed comes before any entity is asked.
  if (row === null || row.phase === 'gone' || !(error.cause instanceof WorkflowNotFoundError)) throw error;
  await commands.reconcile();
  throw new BerthError('WORKSPACE_UNATTENDED', { workspace_id: target.workspaceId }, { cause: error });
}

const send = (c: Context<ApiEnv>, { status, body }: Answer): Response => c.json(body, status);

/** JSON with sorted keys: two bodies that mean the same are the same. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([name, entry]) => `${JSON.stringify(name)}:${canonical(entry)}`).join(',')}}`;
}
