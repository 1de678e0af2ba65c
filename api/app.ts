// The Hono app: routes, limits, errors, and nothing that needs a socket.

import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { BerthError } from '../domain/errors.ts';
import type { ApiDependencies, ApiEnv } from './context.ts';
import { recordedAuthority } from './display/authority.ts';
import { errorResponse } from './errors.ts';
import { activityLeaseRoutes } from './routes/activityLeases.ts';
import { adminRoutes } from './routes/admin.ts';
import { computeRoutes } from './routes/compute.ts';
import { displayRoutes } from './routes/display.ts';
import { displayControlRoutes } from './routes/displayControl.ts';
import { displaySessionRoutes } from './routes/displaySessions.ts';
import { eventQueueRoutes } from './routes/eventQueue.ts';
import { eventRoutes, eventStreamRoute } from './routes/events.ts';
import { lifecycleRoutes } from './routes/lifecycle.ts';
import { operationRoutes } from './routes/operations.ts';
import { quotaRoutes } from './routes/quotas.ts';
import { imageRoutes } from './routes/images.ts';
import { orphanRoutes } from './routes/orphans.ts';
import { orgTokenRoutes } from './routes/orgTokens.ts';
import { registryRoutes } from './routes/registry.ts';
import { restorePointRoutes } from './routes/restorePoints.ts';
import { webhookRoutes } from './routes/webhooks.ts';
import { workspaceRoutes } from './routes/workspaces.ts';

/** A create is some hundred bytes; an agent card at most 8 KiB. */
export const MAX_BODY_BYTES = 65_536;

export function createApp(deps: ApiDependencies): Hono<ApiEnv> {
  const { log, settings } = deps;
  const app = new Hono<ApiEnv>();
  app.onError((error, c) => errorResponse(error, c, log));
  app.notFound((c) =>
    errorResponse(new BerthError('ROUTE_NOT_FOUND', { method: c.req.method, path: c.req.path }), c, log),
  );

  app.use(async (c, next) => {
    const startedAt = performance.now();
    c.set('requestId', randomUUID());
    c.header('x-request-id', c.get('requestId'));
    try {
      await next();
    } catch (error) {
      // Hono hands to onError what is an Error to it; whatever else is thrown would be answered with nothing.
      c.res = errorResponse(error, c, log);
    }
    const durationMs = Math.round(performance.now() - startedAt);
    log.debug({
      request_id: c.get('requestId'),
      method: c.req.method,
      path: c.req.path,
      status: c.res.status,
      duration_ms: durationMs,
    });
  });
  app.use(
    bodyLimit({
      maxSize: MAX_BODY_BYTES,
      onError: () => {
        throw new BerthError('BODY_TOO_LARGE', { limit_bytes: MAX_BODY_BYTES });
      },
    }),
  );

  app.get('/health', (c) => c.json({ status: 'ok' }));
  app.get('/buildinfo', (c) => c.json({ git_sha: settings.GIT_SHA }));
  app.route('/workspaces', workspaceRoutes(deps));
  app.route('/workspaces', eventStreamRoute(deps));
  app.route('/workspaces', lifecycleRoutes(deps));
  app.route('/workspaces', operationRoutes(deps));
  app.route('/workspaces', activityLeaseRoutes(deps));
  app.route('/workspaces', restorePointRoutes(deps));
  app.route('/workspaces', displayRoutes(deps));
  app.route('/workspaces', displayControlRoutes(deps));
  app.route('/workspaces', displaySessionRoutes(deps, recordedAuthority(deps)));
  app.route('/org', orgTokenRoutes(deps));
  app.route('/events', eventRoutes(deps));
  app.route('/compute', computeRoutes(deps));
  app.route('/admin/images', imageRoutes(deps));
  app.route('/admin', adminRoutes(deps));
  app.route('/admin/event-queue', eventQueueRoutes(deps));
  app.route('/admin/quotas', quotaRoutes(deps));
  app.route('/admin/orphans', orphanRoutes(deps));
  app.route('/admin/tenants/:id/webhook', webhookRoutes(deps));
  app.route('/registry', registryRoutes(deps));
  return app;
}
