// Who may have control of a display: people by the admin token, an org token or their browser's session, the agent by its workspace's own.

import type { Context } from 'hono';
import { createMiddleware } from 'hono/factory';
import { hashToken, sameSecret } from '../credentials/secrets.ts';
import { BerthError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import { findOrgToken } from '../store/orgTokens.ts';
import { findToken } from '../store/registrations.ts';
import { bearer, tenantOf } from './auth.ts';
import type { ApiDependencies, ApiEnv, Caller } from './context.ts';
import { type SessionActor, userSessions } from './userSessions.ts';

/**
 * Sets `caller`, `actor` and `tenantId`. Throws WORKSPACE_AUTH_REQUIRED, WORKSPACE_AUTH_INVALID, GENERATION_SUPERSEDED, TENANT_UNKNOWN,
 * and of sessions DISPLAY_ORIGIN_FORBIDDEN, SESSION_INVALID and SESSION_CHECK_UNAVAILABLE.
 */
export function controlAuth({ db, settings }: ApiDependencies) {
  const { SESSION_CHECK_URL: checkUrl, DISPLAY_ORIGINS: origins = [] } = settings;
  const sessionActor = checkUrl === undefined ? null : userSessions(checkUrl);

  return createMiddleware<ApiEnv>(async (c, next) => {
    const token = bearer(c.req.header('authorization'));
    const header = c.req.header('x-molecule-org-id');
    const pass = (caller: Caller, tenantId: TenantId): Promise<void> => {
      c.set('caller', caller);
      c.set('actor', caller.actor);
      c.set('tenantId', tenantId);
      return next();
    };
    if (token === null) {
      const tenantId = tenantOf(header, settings.MOLECULE_ORG_ID);
      return pass(
        { actor: await sessionOf(c, tenantId), controller: 'user', isAdmin: false, generation: null },
        tenantId,
      );
    }
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

  /** A cookie is sent by whatever page asks the browser to: what changes something must come from one that may. */
  async function sessionOf(c: Context<ApiEnv>, tenantId: TenantId): Promise<SessionActor> {
    const cookie = c.req.header('cookie');
    if (sessionActor === null || cookie === undefined) throw new BerthError('WORKSPACE_AUTH_REQUIRED');
    if (c.req.method !== 'GET' && !origins.includes(c.req.header('origin') ?? ''))
      throw new BerthError('DISPLAY_ORIGIN_FORBIDDEN');
    const actor = await sessionActor(cookie, tenantId);
    if (actor === null) throw new BerthError('SESSION_INVALID');
    return actor;
  }
}

/** The caller, who has to be a person. */
export function person(caller: Caller, what: string): Caller {
  if (caller.controller === 'agent') throw new BerthError('DISPLAY_PEOPLE_ONLY', { what });
  return caller;
}
