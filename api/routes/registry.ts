// /registry: machines register once with their boot credential, then beat with the workspace's token (facts/wire.md 1.7).

import { Hono } from 'hono';
import { verifyBootCredential } from '../../credentials/bootCredential.ts';
import { hashToken, mintToken } from '../../credentials/secrets.ts';
import { BerthError } from '../../domain/errors.ts';
import { recordHeartbeat } from '../../store/heartbeats.ts';
import { findToken, register } from '../../store/registrations.ts';
import { bearer } from '../auth.ts';
import { readBody } from '../body.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import { heartbeatSchema, registerSchema } from '../schemas/registry.ts';

export function registryRoutes({ db, commands, settings }: ApiDependencies) {
  return new Hono<ApiEnv>()
    .post('/register', async (c) => {
      const credential = bearer(c.req.header('authorization'));
      const launch = credential === null ? null : verifyBootCredential(settings.BERTH_SERVER_SECRET, credential);
      if (launch === null) throw new BerthError('BOOT_CREDENTIAL_INVALID');
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
      const token = bearer(c.req.header('authorization'));
      if (token === null) throw new BerthError('WORKSPACE_AUTH_REQUIRED');
      const owner = await findToken(db, hashToken(token));
      if (owner === null) throw new BerthError('WORKSPACE_AUTH_INVALID');
      if (owner.isSuperseded) throw new BerthError('GENERATION_SUPERSEDED', { generation: owner.generation });
      const { workspace_id, ...report } = await readBody(c, heartbeatSchema);
      if (workspace_id.toLowerCase() !== owner.workspaceId) throw new BerthError('WORKSPACE_AUTH_INVALID');
      await recordHeartbeat(db, owner.workspaceId, owner.generation, report);
      return c.json({ status: 'ok' });
    });
}
