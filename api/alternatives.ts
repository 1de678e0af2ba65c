// What its user can ask for instead, where there was no room: each is a request as it stands, and keeps the home.

import type { Compute } from '../domain/compute/block.ts';
import { insteadOf } from '../domain/compute/gates.ts';
import { resolveShape } from '../domain/compute/resolve.ts';
import type { TenantId } from '../domain/ids.ts';
import { formatUsd, parseUsd } from '../domain/money.ts';
import type { Tier } from '../domain/workspace.ts';
import type { WorkspaceRow } from '../store/workspaces.ts';
import type { ApiDependencies } from './context.ts';
import { decideNow } from './decideNow.ts';

export type Alternative = {
  readonly because: string;
  readonly method: 'POST';
  readonly href: string;
  readonly body: object;
  /** What the workspace would cost then; null = no price is known. */
  readonly hourly_usd: string | null;
};

/** Of an operation that replaces a machine: without the old one there would be room, or no need to wait for it. */
const IN_THE_WAY = [
  'AWS_QUOTA_INSUFFICIENT',
  'QUOTA_EXCEEDED',
  'BUDGET_EXCEEDED',
  'MACHINE_UNRESPONSIVE',
  'ORDER_FAILED',
];

export type Failed = {
  readonly kind: string;
  readonly code: string;
  /** What was asked for; absent = what is stored. */
  readonly compute: Compute | undefined;
  readonly strategy: string | undefined;
};

export async function alternativesTo(
  deps: ApiDependencies,
  row: WorkspaceRow,
  { kind, code, compute: asked, strategy }: Failed,
): Promise<Alternative[]> {
  const compute = asked ?? (row.compute as Compute);
  const configure = (instead: Compute) => ({
    method: 'POST' as const,
    href: `/workspaces/${row.id}/configure`,
    body: { compute: instead },
  });
  if (kind === 'recreate' && strategy !== 'replace' && row.instance_id !== null && IN_THE_WAY.includes(code)) {
    return [
      {
        because: 'the old machine ends first: nobody is served from then on until the new one is there',
        method: 'POST',
        href: `/workspaces/${row.id}/recreate`,
        body: { ...(asked === undefined ? {} : { compute: asked }), strategy: 'replace' },
        hourly_usd: null,
      },
    ];
  }
  if (code !== 'CAPACITY_EXHAUSTED') return [];
  const wanted = { compute, tier: row.tier as Tier, maxHourlyUsd: row.max_hourly_usd ?? undefined };
  const self = { workspaceId: row.id, generation: row.generation };
  const { facts, shape } = await decideNow(deps, row.tenant_id as TenantId, wanted, self);
  if (shape === null) return [];
  const others = insteadOf(
    { compute, tier: wanted.tier, maxHourly: parseUsd(row.max_hourly_usd ?? '') },
    shape,
    facts,
  ).map(({ shape: { instanceType }, price }) => ({
    because: `${instanceType} is no smaller than ${shape.instanceType}`,
    ...configure({ ...compute, instance_type: instanceType }),
    hourly_usd: price === null ? null : formatUsd(price.hourly),
  }));
  return shape.market === 'spot' ? [...onDemand(), ...others] : others;

  function onDemand(): Alternative[] {
    const { interruption_policy: _, ...rest } = compute;
    const instead = { ...rest, market: 'on-demand' as const };
    if ('problem' in resolveShape(instead, facts.rules, facts.types)) return [];
    return [{ because: 'on-demand has capacity of its own', ...configure(instead), hourly_usd: null }];
  }
}
