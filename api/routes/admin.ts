// /admin: what an operator says about tenants.

import { Hono } from 'hono';
import { createMiddleware } from 'hono/factory';
import { BerthError } from '../../domain/errors.ts';
import { tenantId as asTenantId } from '../../domain/ids.ts';
import { entitlementsOf, putEntitlements } from '../../store/tenants.ts';
import { adminAuth } from '../auth.ts';
import { readBody } from '../body.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import { entitlementsSchema, presentEntitlements } from '../schemas/entitlements.ts';

/** The tenant of the path, not the caller's: an operator speaks about any of them. */
export const tenantOfPath = createMiddleware<ApiEnv>(async (c, next) => {
  const tenant = asTenantId(c.req.param('id') ?? '');
  if (tenant === null) throw new BerthError('INVALID_TENANT');
  c.set('tenantId', tenant);
  return next();
});

export function adminRoutes(deps: ApiDependencies) {
  const { db } = deps;
  const admin = adminAuth(deps);
  return new Hono<ApiEnv>()
    .get('/tenants/:id/entitlements', admin, tenantOfPath, async (c) =>
      c.json(presentEntitlements(await entitlementsOf(db, c.get('tenantId')))),
    )
    .put('/tenants/:id/entitlements', admin, tenantOfPath, async (c) => {
      const entitlements = await readBody(c, entitlementsSchema);
      await putEntitlements(db, c.get('tenantId'), entitlements);
      return c.json(presentEntitlements(entitlements));
    });
}
