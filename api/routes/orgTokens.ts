// /org/tokens: tokens of a tenant's people and programs (facts/wire.md 1.2). The token itself is answered once.

import { randomUUID } from 'node:crypto';
import { Hono } from 'hono';
import { mintToken } from '../../credentials/secrets.ts';
import { BerthError } from '../../domain/errors.ts';
import { operationId as asUuid } from '../../domain/ids.ts';
import { addOrgToken, listOrgTokens, revokeOrgToken } from '../../store/orgTokens.ts';
import { adminAuth } from '../auth.ts';
import { readBody } from '../body.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';
import { orgTokenSchema } from '../schemas/display.ts';

export function orgTokenRoutes(deps: ApiDependencies) {
  const { db } = deps;
  const admin = adminAuth(deps);
  return new Hono<ApiEnv>()
    .post('/tokens', admin, async (c) => {
      // Not through `once`: an answer that is kept would keep the token.
      const { name } = await readBody(c, orgTokenSchema);
      const { token, hash, prefix } = mintToken();
      const made = { id: randomUUID(), tenantId: c.get('tenantId'), hash, prefix, name, createdBy: c.get('actor') };
      const row = await addOrgToken(db, made);
      return c.json({ ...row, token }, 201);
    })
    .get('/tokens', admin, async (c) => {
      const tokens = await listOrgTokens(db, c.get('tenantId'));
      return c.json({ tokens, count: tokens.length });
    })
    .delete('/tokens/:token', admin, async (c) => {
      const id = asUuid(c.req.param('token'));
      const wasThere = id !== null && (await revokeOrgToken(db, c.get('tenantId'), id));
      if (!wasThere) throw new BerthError('ORG_TOKEN_NOT_FOUND', { token_id: c.req.param('token') });
      return c.json({ status: 'revoked', id });
    });
}
