// /workspaces/:id/operations: what was asked for, how far it is and what came of it; and the way to call one off.

import { Hono } from 'hono';
import type { Compute } from '../../domain/compute/block.ts';
import { BerthError, errorNextStep, isErrorCode } from '../../domain/errors.ts';
import { operationId as asOperationId, type OperationId } from '../../domain/ids.ts';
import { findOperation, listOperations, type OperationRow, stepsOf } from '../../store/operations.ts';
import { operationWorkflowId } from '../../workflows/messages.ts';
import { alternativesTo } from '../alternatives.ts';
import { adminAuth, workspaceAuth, workspaceOfPath } from '../auth.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import { once } from '../idempotency.ts';
import { knownWorkspace } from '../liveWorkspace.ts';

export function operationRoutes(deps: ApiDependencies) {
  const { db, commands } = deps;
  return new Hono<ApiEnv>()
    .get('/:id/operations', workspaceOfPath, workspaceAuth(deps), async (c) => {
      await knownWorkspace(deps, c);
      const rows = await listOperations(db, c.get('tenantId'), c.get('workspaceId'));
      return c.json(rows.map(present));
    })
    .get('/:id/operations/:operation', workspaceOfPath, workspaceAuth(deps), async (c) => {
      const id = operationOf(c.req.param('operation'));
      const workspaceId = c.get('workspaceId');
      const workspace = await knownWorkspace(deps, c);
      const row = await findOperation(db, c.get('tenantId'), workspaceId, id);
      if (row === null) throw new BerthError('OPERATION_NOT_FOUND', { operation_id: id });
      const steps = await stepsOf(db, workspaceId, id);
      const took = steps.map(({ payload, created_at }) => {
        const { operation_id: _, ...step } = payload;
        return { ...step, at: created_at };
      });
      const candidates = took.filter((step) => ['launched', 'candidate_refused'].includes(String(at(step, 'step'))));
      const waiting = row.result === null ? waitOf(took) : null;
      const alternatives =
        row.reason === null ? [] : await alternativesTo(deps, workspace, failedOf(row, row.reason.code));
      return c.json({ ...present(row), waiting, alternatives, steps: took, candidates });
    })
    .delete('/:id/operations/:operation', workspaceOfPath, adminAuth(deps), async (c) => {
      const operationId = operationOf(c.req.param('operation'));
      return once(deps, c, null, async (target) => {
        const answer = await commands.send(target, { type: 'abort', target: operationId });
        const { status, phase } = answer;
        return { status: 202, body: { status, phase, operation_id: operationId } };
      });
    });
}

function failedOf({ kind, details }: OperationRow, code: string) {
  const { compute, strategy } = details as { readonly compute?: Compute; readonly strategy?: string };
  return { kind, code, compute, strategy };
}

/** What the newest step waits for; where it was done at once, the machine that was launched before it, until it registers. */
function waitOf(steps: readonly object[]) {
  const newest = steps.at(-1);
  const step =
    newest !== undefined && at(newest, 'waits_for') === undefined
      ? steps.findLast((each) => at(each, 'waits_for') === 'registration')
      : newest;
  if (step === undefined) return null;
  return { for: at(step, 'waits_for'), until: at(step, 'waits_until'), since: at(step, 'at'), step: at(step, 'step') };
}

const at = (step: object, name: string): unknown => (step as Record<string, unknown>)[name];

function operationOf(value: string | undefined): OperationId {
  const id = asOperationId(value ?? '');
  if (id === null) throw new BerthError('OPERATION_NOT_FOUND', { operation_id: value ?? '' });
  return id;
}

function present({ id, workspace_id, kind, generation, result, reason, details, started_at, ended_at }: OperationRow) {
  const nextStep = reason !== null && isErrorCode(reason.code) ? errorNextStep(reason.code, reason.context) : null;
  return {
    id,
    kind,
    generation,
    request: snakeCase(details),
    status: result === null ? 'running' : statusOf(result),
    result,
    failure: reason === null ? null : { code: reason.code, error: reason.message, next_step: nextStep },
    started_at,
    ended_at,
    // Where an operator looks at it.
    workflow_id: operationWorkflowId(workspace_id, {
      id,
      kind: kind as Parameters<typeof operationWorkflowId>[1]['kind'],
    }),
  };
}

/** As everything on the wire; a compute block is so already. */
function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, entry]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      snakeCase(entry),
    ]),
  );
}

function statusOf(result: NonNullable<OperationRow['result']>): 'succeeded' | 'failed' | 'cancelled' {
  if (result === 'failed' || result === 'cancelled') return result;
  return 'succeeded';
}
