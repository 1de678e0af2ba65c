// Who may have control of a display: people by the admin token or an org token, the agent by its workspace's own.

import { createMiddleware } from 'hono/factory';
import { hashToken, sameSecret } from '../credentials/secrets.ts';
import { BerthError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import { findOrgToken } from '../store/orgTokens.ts';
import { findToken } from '../store/registrations.ts';
import { bearer, tenantOf } from './auth.ts';
import type { ApiDependencies, ApiEnv, Caller } from './context.ts';

export const controlAuth = ({ db, settings }: ApiDependencies) =>
  createMiddleware<ApiEnv>(async (c, next) => {
    const token = bearer(c.req.header('authorization'));
    if (token === null) throw new BerthError('WORKSPACE_AUTH_REQUIRED');
    const header = c.req.header('x-molecule-org-id');
    const pass = (caller: Caller, tenantId: TenantId): Promise<void> => {
      c.set('caller', caller);
      c.set('actor', caller.actor);
      c.set('tenantId', tenantId);
      return next();
    };
    if (sameSecret(token, settings.ADMIN_TOKEN)) {
      const caller = { actor: 'admin-token', controller: 'user', isAdmin: true, generation: null } as const;
      return pass(caller, tenantOf(header, settings.MOLECULE_ORG_ID));
    }
    const hash = hashToken(token);
    const machine = await findToken(db, hash);
    if (machine !== null) {
      const { workspaceId, generation, isSuperseded, tenantId } = machine;
      if (workspaceId !== c.get('workspaceId')) throw new BerthError('WORKSPACE_AUTH_INVALID');
      if (isSuperseded) throw new BerthError('GENERATION_SUPERSEDED', { generation });
      const actor = `workspace:${workspaceId}` as const;
      return pass({ actor, controller: 'agent', isAdmin: false, generation }, tenantId as TenantId);
    }
    const org = await findOrgToken(db, hash);
    if (org === null) throw new BerthError('WORKSPACE_AUTH_INVALID');
    // Another organisation's name is answered as if there were nothing.
    if (tenantOf(header ?? org.tenantId, settings.MOLECULE_ORG_ID) !== org.tenantId)
      throw new BerthError('TENANT_UNKNOWN');
    const actor = `org-token:${org.prefix}` as const;
    return pass({ actor, controller: 'user', isAdmin: false, generation: null }, org.tenantId as TenantId);
  });

/** The caller, who has to be a person. */
export function person(caller: Caller, what: string): Caller {
  if (caller.controller === 'agent') throw new BerthError('DISPLAY_PEOPLE_ONLY', { what });
  return caller;
}
