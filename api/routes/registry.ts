// /registry: machines register with their boot credential, then beat and take orders with the workspace's token (facts/wire.md 1.7).

import { type Context, Hono } from 'hono';
import { verifyBootCredential } from '../../credentials/bootCredential.ts';
import { hashToken, mintToken } from '../../credentials/secrets.ts';
import { BerthError } from '../../domain/errors.ts';
import { noteBusy } from '../../store/activity.ts';
import { recordHeartbeat } from '../../store/heartbeats.ts';
import { instanceOf } from '../../store/launches.ts';
import { openOrders, recordAnswer } from '../../store/machineOrders.ts';
import { findToken, register, registerAgain, type TokenOwner } from '../../store/registrations.ts';
import { bearer } from '../auth.ts';
import { readBody } from '../body.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import { heartbeatSchema, noticeSchema, orderAnswerSchema, registerSchema } from '../schemas/registry.ts';

/** Shorter than what proxies and the sidecar wait (sidecar/platform.ts). */
const HOLD_MS = 20_000;

export function registryRoutes({ db, commands, orders, settings }: ApiDependencies) {
  return new Hono<ApiEnv>()
    .post('/register', async (c) => {
      const credential = bearer(c.req.header('authorization'));
      const launch = credential === null ? null : verifyBootCredential(settings.BERTH_SERVER_SECRET, credential);
      if (launch === null) return registeredAgain(c);
      const body = await readBody(c, registerSchema);
      if (body.id.toLowerCase() !== launch.workspaceId) throw new BerthError('BOOT_CREDENTIAL_INVALID');
      if (!body.home.mounted) throw new BerthError('HOME_NOT_MOUNTED');

      const { token, hash, prefix } = mintToken();
      const registration = { url: body.url ?? null, agentCard: body.agent_card ?? null };
      const { generation, attempt } = launch;
      const registered = await register(db, {
        ...launch,
        ...registration,
        instanceId: body.instance_id,
        tokenHash: hash,
        tokenPrefix: prefix,
        home: { volumeId: body.home.volume_id, digest: body.home.manifest?.digest ?? null },
      });
      switch (registered.result) {
        case 'unknown':
        case 'other-instance':
          throw new BerthError('BOOT_CREDENTIAL_INVALID');
        case 'closed':
          throw new BerthError('GENERATION_SUPERSEDED', { generation });
        case 'expired':
          throw new BerthError('BOOT_CREDENTIAL_EXPIRED', { generation });
        case 'used':
          throw new BerthError('BOOT_CREDENTIAL_USED', { generation });
        case 'other-home': {
          const refused = { code: 'HOME_DIFFERS', context: { because: registered.because } } as const;
          await commands.registered(registered.operationWorkflowId, { generation, attempt, registration, refused });
          throw new BerthError(refused.code, refused.context);
        }
      }
      // Where the operation is over this is a repeat by a machine that lost its answer: its workspace is online already. If it
      // was unwound meanwhile, the machine is being terminated, and its token with it.
      // Its silence is measured from here: a machine that dies before its first heartbeat must not read as online for ever.
      await Promise.all([
        commands.registered(registered.operationWorkflowId, { generation, attempt, registration }),
        recordHeartbeat(db, launch.workspaceId, generation, {}),
      ]);
      return c.json({ status: 'registered', workspace_id: launch.workspaceId, generation, auth_token: token });
    })
    .post('/heartbeat', async (c) => {
      const owner = await machineOf(c);
      const { workspace_id, ...report } = await readBody(c, heartbeatSchema);
      if (workspace_id.toLowerCase() !== owner.workspaceId) throw new BerthError('WORKSPACE_AUTH_INVALID');
      await recordHeartbeat(db, owner.workspaceId, owner.generation, report);
      if (Number(report.active_tasks ?? 0) > 0) await noteBusy(db, owner.workspaceId);
      return c.json({ status: 'ok' });
    })
    .get('/orders', async (c) => {
      const { workspaceId, generation } = await machineOf(c);
      // Asked for before the read: an order that comes during it is not missed.
      const news = orders.next(workspaceId, HOLD_MS);
      const open = await openOrders(db, workspaceId, generation);
      if (open.length > 0 || orders.closed) return c.json({ orders: open });
      await news;
      return c.json({ orders: await openOrders(db, workspaceId, generation) });
    })
    .post('/notices', async (c) => {
      const { workspaceId, generation, attempt } = await machineOf(c);
      const { kind, action_at: actionAt } = await readBody(c, noticeSchema);
      const instanceId = await instanceOf(db, { workspaceId, generation, attempt });
      if (instanceId !== null) {
        const at = actionAt === null ? null : new Date(actionAt).toISOString();
        await commands.noticed(workspaceId, { kind, instanceId, actionAt: at, source: 'metadata' });
      }
      return c.json({ status: 'ok' });
    })
    .post('/orders/:order', async (c) => {
      const { workspaceId, generation } = await machineOf(c);
      const body = await readBody(c, orderAnswerSchema);
      const orderId = c.req.param('order');
      const answer = { ok: body.ok, result: body.ok ? body.result : { error: body.error } };
      const recorded = await recordAnswer(db, orderId, { workspaceId, generation }, answer);
      // Told before it is answered: a machine whose answer was not passed on gives it again.
      if (recorded !== null) await commands.machineAnswered(recorded.watcher, { orderId, ...recorded });
      return c.json({ status: 'ok' });
    });

  /** A machine that has booted again: it has its token, and nothing of it changes. */
  async function registeredAgain(c: Context<ApiEnv>): Promise<Response> {
    const token = bearer(c.req.header('authorization'));
    const owner = token === null ? null : await findToken(db, hashToken(token));
    if (owner === null) throw new BerthError('BOOT_CREDENTIAL_INVALID');
    const { workspaceId, generation, attempt } = owner;
    if (owner.isSuperseded) throw new BerthError('GENERATION_SUPERSEDED', { generation });
    const body = await readBody(c, registerSchema);
    if (body.id.toLowerCase() !== workspaceId) throw new BerthError('WORKSPACE_AUTH_INVALID');
    if (!body.home.mounted) throw new BerthError('HOME_NOT_MOUNTED');
    const registration = { url: body.url ?? null, agentCard: body.agent_card ?? null };
    const watcher = await registerAgain(db, { workspaceId, generation, attempt }, registration);
    await Promise.all([
      commands.registered(watcher, { generation, attempt, registration }),
      recordHeartbeat(db, workspaceId, generation, {}),
    ]);
    return c.json({ status: 'registered', workspace_id: workspaceId, generation });
  }

  /** Whose token it is: a machine of the present generation, or nobody. */
  async function machineOf(c: Context<ApiEnv>): Promise<TokenOwner> {
    const token = bearer(c.req.header('authorization'));
    if (token === null) throw new BerthError('WORKSPACE_AUTH_REQUIRED');
    const owner = await findToken(db, hashToken(token));
    if (owner === null) throw new BerthError('WORKSPACE_AUTH_INVALID');
    if (owner.isSuperseded) throw new BerthError('GENERATION_SUPERSEDED', { generation: owner.generation });
    return owner;
  }
}
