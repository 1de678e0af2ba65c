// Who may pass: every route says it, nothing is open by default, and a comparison never tells how close a token was.

import { createMiddleware } from 'hono/factory';
import { BerthError } from '../domain/errors.ts';
import { type TenantId, tenantId as asTenantId, workspaceId as asWorkspaceId } from '../domain/ids.ts';
import { hashToken, sameSecret } from '../credentials/secrets.ts';
import { findToken } from '../store/registrations.ts';
import type { ApiDependencies, ApiEnv } from './context.ts';

const DEFAULT_TENANT = 'default' as TenantId;

/** The bearer token of an Authorization header, or null. */
export function bearer(header: string | undefined): string | null {
  const [scheme, token, ...rest] = (header ?? '').trim().split(/\s+/);
  return scheme?.toLowerCase() === 'bearer' && token !== undefined && rest.length === 0 ? token : null;
}

/** The admin token, and the tenant that it speaks for. */
export const adminAuth = ({ settings }: ApiDependencies) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const token = bearer(c.req.header('authorization'));
    if (token === null) throw new BerthError('ADMIN_AUTH_REQUIRED');
    if (!sameSecret(token, settings.ADMIN_TOKEN)) throw new BerthError('ADMIN_AUTH_INVALID');
    c.set('actor', 'admin-token');
    c.set('tenantId', tenantOf(c.req.header('x-molecule-org-id'), settings.MOLECULE_ORG_ID));
    return next();
  });

/** The admin token, or the token of the very workspace that the path names. */
export const workspaceAuth = (deps: ApiDependencies) => {
  const { db, settings } = deps;
  return createMiddleware<ApiEnv>(async (c, next) => {
    const token = bearer(c.req.header('authorization'));
    if (token === null) throw new BerthError('WORKSPACE_AUTH_REQUIRED');
    if (sameSecret(token, settings.ADMIN_TOKEN)) {
      c.set('actor', 'admin-token');
      c.set('tenantId', tenantOf(c.req.header('x-molecule-org-id'), settings.MOLECULE_ORG_ID));
      return next();
    }
    const owner = await findToken(db, hashToken(token));
    if (owner === null || owner.workspaceId !== c.get('workspaceId')) throw new BerthError('WORKSPACE_AUTH_INVALID');
    if (owner.isSuperseded) throw new BerthError('GENERATION_SUPERSEDED', { generation: owner.generation });
    c.set('actor', `workspace:${owner.workspaceId}`);
    c.set('tenantId', owner.tenantId as TenantId);
    return next();
  });
};

/** Refuses a path whose id is no UUID before anything is looked up. */
export const workspaceOfPath = createMiddleware<ApiEnv>(async (c, next) => {
  const id = asWorkspaceId(c.req.param('id') ?? '');
  if (id === null) throw new BerthError('INVALID_WORKSPACE_ID');
  c.set('workspaceId', id);
  return next();
});

/** Where one tenant is served alone, another's name is answered as if there were nothing (facts/wire.md 1.2). */
export function tenantOf(header: string | undefined, only: string | undefined): TenantId {
  if (only !== undefined) {
    if (header !== undefined && header !== only) throw new BerthError('TENANT_UNKNOWN');
    return only as TenantId;
  }
  if (header === undefined) return DEFAULT_TENANT;
  const tenant = asTenantId(header);
  if (tenant === null) throw new BerthError('INVALID_TENANT');
  return tenant;
}
