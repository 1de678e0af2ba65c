// Going on to another type takes the room for it, and only where there is some.

import { readSettings } from '../../config/settings.ts';
import { readCatalogue } from '../../data/catalogue.ts';
import { DEFAULT_ENTITLEMENTS } from '../../domain/compute/entitlements.ts';
import type { OperationId, TenantId, WorkspaceId } from '../../domain/ids.ts';
import type { LaunchPlan, Takes } from '../../domain/machine.ts';
import type { Database } from '../../store/pool.ts';
import { recordQuota, reserve } from '../../store/reservations.ts';
import { putEntitlements } from '../../store/tenants.ts';
import { useDatabase } from '../../test/support/database.ts';
import type { Dependencies } from '../dependencies.ts';
import { reserveCandidate } from './reserveCandidate.ts';

let db: Database;
useDatabase((opened) => {
  db = opened;
});
beforeEach(() => db.query('truncate reservations, quotas, tenants, structure_events'));

const REGION = 'us-east-1';
const STANDARD = 'L-1216C47A';
const tenantId = 'tenant' as TenantId;
const workspaceId = '00000000-0000-4000-8000-000000000001' as WorkspaceId;
const other = '00000000-0000-4000-8000-000000000002' as WorkspaceId;
const takes = (instanceType: string, vcpus: number, hourly: number): Takes => ({
  instanceType,
  quotaCode: STANDARD,
  vcpus,
  hourly,
  monthly: hourly * 730,
  hourlyUsd: null,
});
const SMALL = takes('t3.large', 2, 90_000);
const LARGE = takes('t3.xlarge', 4, 180_000);

const reserved = async () =>
  (
    await db.query('select vcpus, hourly_micros from reservations where workspace_id = $1 and released_at is null', [
      workspaceId,
    ])
  ).rows;
const planned = (of = workspaceId) =>
  reserve(db, { workspaceId: of, generation: 1, tenantId, region: REGION, ...SMALL });
const goOnTo = ({ instanceType }: Takes, of = workspaceId) => {
  const deps = { db, catalogue: readCatalogue(), settings: readSettings({}) } as unknown as Dependencies;
  return reserveCandidate(deps, {
    operation: { workspaceId: of, operationId: 'operation' as OperationId },
    key: { workspaceId: of, generation: 1, attempt: 6 },
    owner: { workspaceId: of, tenantId, name: 'one' },
    candidate: { instanceType, zone: 'us-east-1a', market: 'on-demand' },
    plan: { region: REGION, takes: [SMALL, LARGE] } as unknown as LaunchPlan,
  });
};

it('a dearer type takes more, a cheaper one gives back, and a repeat changes nothing', async () => {
  await planned();
  for (const type of [LARGE, LARGE, SMALL]) {
    await goOnTo(type);
    expect(await reserved()).toEqual([{ vcpus: type.vcpus, hourly_micros: type.hourly }]);
  }
});

it('where the budget has become too small the type is refused, and what was reserved stays', async () => {
  await planned();
  await planned(other);
  await putEntitlements(db, tenantId, { ...DEFAULT_ENTITLEMENTS, budget_hourly: 200_000 });
  await expect(goOnTo(LARGE)).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
  expect(await reserved()).toEqual([{ vcpus: SMALL.vcpus, hourly_micros: SMALL.hourly }]);
});

it('where the quota has become too small as well, seen with its reason', async () => {
  await planned();
  await planned(other);
  await recordQuota(db, REGION, { code: STANDARD, limit: 5, otherUse: 0 });
  await expect(goOnTo(LARGE)).rejects.toMatchObject({
    code: 'AWS_QUOTA_INSUFFICIENT',
    context: { asked: 4, reserved: 2 },
  });
  await goOnTo(SMALL);
  const { rows } = await db.query(`select payload from structure_events where workspace_id = $1`, [workspaceId]);
  expect(rows).toMatchObject([
    { payload: { step: 'candidate_refused', instance_type: 't3.xlarge', code: 'AWS_QUOTA_INSUFFICIENT' } },
  ]);
});

it('of two that go on at once one has the room', async () => {
  await planned();
  await planned(other);
  await recordQuota(db, REGION, { code: STANDARD, limit: 7, otherUse: 0 });
  const outcomes = await Promise.allSettled([goOnTo(LARGE), goOnTo(LARGE, other)]);
  expect(outcomes.map(({ status }) => status).toSorted()).toEqual(['fulfilled', 'rejected']);
});
