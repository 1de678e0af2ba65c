// A hundred creates at once, where there is money, or quota, for thirty-seven of them; then all are deleted.

import type { Berth } from '../../test/support/berth.ts';
import { connect } from '../../store/pool.ts';

const CREATES = 100;
const ROOM = 37;
/** Of the platform's default: t3.large, 50 + 20 GiB, an address. */
const HOURLY_MICROS = 95_872;
const VCPUS = 2;
const STANDARD = 'L-1216C47A';

export type Held = {
  readonly against: 'budget' | 'quota';
  readonly launched: number;
  readonly refused: number;
  readonly codes: readonly string[];
  /** Reservations that nobody has given back, once all was deleted. */
  readonly left: number;
};

export async function manyCreates(berth: Berth): Promise<Held[]> {
  const usd = ((ROOM * HOURLY_MICROS) / 1_000_000).toFixed(6);
  const budget = await call(berth, 'bench-budget', 'PUT', '/admin/tenants/bench-budget/entitlements', {
    budget_hourly_usd: usd,
  });
  if (budget.status !== 200) throw new Error(JSON.stringify(budget.body));
  const first = await createAndDelete(berth, 'budget', 'bench-budget');
  const quota = JSON.stringify({ code: STANDARD, value: ROOM * VCPUS });
  await fetch(`${berth.emulator.url}/_emulator/quotas`, { method: 'POST', body: quota });
  const db = connect(berth.databaseUrl);
  // As after QUOTA_MAX_AGE_SECONDS.
  await db.query('delete from quotas');
  await db.end();
  return [first, await createAndDelete(berth, 'quota', 'bench-quota')];
}

async function createAndDelete(berth: Berth, against: Held['against'], tenant: string): Promise<Held> {
  const created = await Promise.all(
    Array.from({ length: CREATES }, (_, n) => call(berth, tenant, 'POST', '/workspaces', { name: `n ${n}` })),
  );
  const codes = created.filter(({ status }) => status !== 201).map(({ body }) => String(body['code']));
  const ids = created.filter(({ status }) => status === 201).map(({ body }) => String(body['id']));
  let launched = 0;
  for (const id of ids) {
    const workspace = await until(async () => {
      const { body } = await call(berth, tenant, 'GET', `/workspaces/${id}`);
      return body['status'] === 'provisioning' ? null : body;
    });
    if (workspace['status'] === 'online') launched += 1;
    else codes.push((workspace['failure'] as { code: string }).code);
  }
  for (const id of ids) await call(berth, tenant, 'DELETE', `/workspaces/${id}`);
  await until(async () => (berth.billable().length === 0 ? true : null));
  const db = connect(berth.databaseUrl);
  const countLeft = async (): Promise<number> =>
    (await db.query('select count(*)::integer as n from reservations where released_at is null')).rows[0].n;
  // The last thing that a destroy does.
  await until(async () => ((await countLeft()) === 0 ? true : null), 10_000).catch(() => {});
  const left = await countLeft();
  await db.end();
  return { against, launched, refused: codes.length, codes: [...new Set(codes)], left };
}

type Answer = { readonly status: number; readonly body: Record<string, unknown> };

async function call(berth: Berth, tenant: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${berth.apiUrl}${path}`, {
    method,
    headers: { authorization: `Bearer ${berth.adminToken}`, 'x-molecule-org-id': tenant },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function until<Found>(look: () => Promise<Found | null>, withinMs = 120_000): Promise<Found> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== null) return found;
    if (Date.now() > deadline) throw new Error('it did not come to it in time');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
