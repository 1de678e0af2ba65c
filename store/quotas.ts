// The account's quotas as they were last measured, what we have of them, and what was asked of AWS.

import type { QuotaRequest } from '../domain/quotaRequest.ts';
import type { Queryable } from './pool.ts';

/** vCPUs. */
export type SeenQuota = {
  readonly code: string;
  readonly limit: number;
  readonly otherUse: number;
  readonly ageSeconds: number;
};

export type QuotasSeen = {
  readonly measured: ReadonlyMap<string, SeenQuota>;
  readonly reserved: ReadonlyMap<string, number>;
  readonly requests: ReadonlyMap<string, QuotaRequest>;
};

export async function quotasSeen(db: Queryable, region: string): Promise<QuotasSeen> {
  const { rows } = await db.query(
    `select
       (select coalesce(json_agg(json_build_object('code', code, 'limit', limit_vcpus, 'otherUse', other_use,
           'ageSeconds', extract(epoch from now() - measured_at)::integer)), '[]') from quotas where region = $1) as measured,
       (select coalesce(json_agg(ours), '[]') from (select quota_code as code, sum(vcpus) as vcpus from reservations
         where region = $1 and released_at is null and quota_code is not null group by 1) ours) as reserved,
       (select coalesce(json_agg(json_build_object('id', request_id, 'code', code, 'desired', desired_vcpus, 'status', status,
           'requestedAt', to_char(requested_at at time zone 'utc', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))), '[]')
         from quota_requests where region = $1) as requests`,
    [region],
  );
  const { measured, reserved, requests } = rows[0] as {
    measured: SeenQuota[];
    reserved: { code: string; vcpus: number }[];
    requests: QuotaRequest[];
  };
  return {
    measured: new Map(measured.map((each) => [each.code, each])),
    reserved: new Map(reserved.map(({ code, vcpus }) => [code, vcpus])),
    requests: new Map(requests.map((each) => [each.code, each])),
  };
}

/** Never an older request over a newer one. */
export async function recordQuotaRequest(db: Queryable, region: string, request: QuotaRequest): Promise<void> {
  await db.query(
    `insert into quota_requests as q (region, code, request_id, desired_vcpus, status, requested_at) values ($1, $2, $3, $4, $5, $6)
     on conflict (region, code) do update set request_id = excluded.request_id, desired_vcpus = excluded.desired_vcpus,
       status = excluded.status, requested_at = excluded.requested_at, seen_at = now()
     where q.requested_at <= excluded.requested_at`,
    [region, request.code, request.id, request.desired, request.status, request.requestedAt],
  );
}
