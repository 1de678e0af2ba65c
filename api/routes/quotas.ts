// /admin/quotas: what the AWS account may run, and an operator's wish for more.

import { Hono } from 'hono';
import { z } from 'zod';
import { mayLaunch } from '../../config/computeRules.ts';
import { type Quota, QUOTAS, quotaCode } from '../../domain/compute/quotaCode.ts';
import { BerthError } from '../../domain/errors.ts';
import { isOpenRequest, type QuotaRequest } from '../../domain/quotaRequest.ts';
import { type QuotasSeen, quotasSeen } from '../../store/quotas.ts';
import { adminAuth } from '../auth.ts';
import { readBody } from '../body.ts';
import type { ApiDependencies, ApiEnv } from '../context.ts';

/** vCPUs in all, not the difference. */
const increaseSchema = z.strictObject({ desired: z.number().int().min(1).max(1_000_000) });

export function quotaRoutes(deps: ApiDependencies) {
  const { commands, db, settings } = deps;
  const admin = adminAuth(deps);
  const ours = new Set(
    [...mayLaunch(settings)].flatMap((type) => [quotaCode(type, 'on-demand'), quotaCode(type, 'spot')]),
  );

  return new Hono<ApiEnv>()
    .get('/', admin, async (c) => {
      const seen = await quotasSeen(db, settings.AWS_REGION);
      const quotas = QUOTAS.filter(({ code }) => ours.has(code) || seen.measured.has(code) || seen.requests.has(code));
      return c.json({ region: settings.AWS_REGION, quotas: quotas.map((quota) => presentQuota(quota, seen)) });
    })
    .post('/:code/increase', admin, async (c) => {
      const code = c.req.param('code');
      if (!QUOTAS.some((quota) => quota.code === code)) throw new BerthError('QUOTA_UNKNOWN', { quota_code: code });
      const { desired } = await readBody(c, increaseSchema);
      const request = await commands.requestQuotaIncrease(code, desired, settings.QUOTA_REQUEST_LOOK_MS);
      return c.json(presentRequest(request), 202);
    });
}

/** vCPUs; null where it was not measured yet: the first launch that counts in it does. */
function presentQuota({ code, family, market }: Quota, { measured, reserved, requests }: QuotasSeen) {
  const quota = measured.get(code);
  const request = requests.get(code);
  return {
    code,
    family,
    market,
    limit: quota?.limit ?? null,
    other_use: quota?.otherUse ?? null,
    reserved: reserved.get(code) ?? 0,
    age_seconds: quota?.ageSeconds ?? null,
    open_request: request === undefined || !isOpenRequest(request) ? null : presentRequest(request),
  };
}

const presentRequest = ({ id, code, desired, status, requestedAt }: QuotaRequest) => ({
  request_id: id,
  quota_code: code,
  desired,
  status,
  requested_at: requestedAt,
});
