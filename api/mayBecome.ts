// Whether a workspace may have another compute, and what that would mean: the gates of a launch, beside the machine that it has.

import type { Compute } from '../domain/compute/block.ts';
import type { Decision } from '../domain/compute/gates.ts';
import { presentPrice } from '../domain/compute/price.ts';
import { BerthError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import { formatUsd, parseUsd } from '../domain/money.ts';
import type { Strategy, Tier } from '../domain/workspace.ts';
import { sizeOfHome } from '../store/homes.ts';
import type { WorkspaceRow } from '../store/workspaces.ts';
import { alternativesTo } from './alternatives.ts';
import type { ApiDependencies } from './context.ts';
import { decideNow } from './decideNow.ts';
import { presentVerdict } from './presentVerdict.ts';

export type Becoming = { readonly compute: Compute; readonly maxHourlyUsd: string | undefined; readonly tier?: Tier };

/** Throws what the first gate refuses with; the launch decides again, and reserves. */
export async function mayBecome(
  deps: ApiDependencies,
  row: WorkspaceRow,
  wanted: Becoming,
  strategy: Strategy,
): Promise<Decision> {
  const decision = await becoming(deps, row, wanted, strategy);
  if (decision.refusal !== null) {
    const { code, context } = decision.refusal;
    const failed = { kind: 'recreate', code, compute: wanted.compute, strategy };
    const alternatives = await alternativesTo(deps, row, failed);
    throw new BerthError(code, alternatives.length === 0 ? context : { ...context, alternatives });
  }
  return decision;
}

/** What would happen, without doing it. */
export async function planOf(deps: ApiDependencies, row: WorkspaceRow, wanted: Becoming, strategy: Strategy) {
  const { verdicts, refusal, shape, price, prices } = await becoming(deps, row, wanted, strategy);
  const before = parseUsd(row.launched?.hourlyUsd ?? '');
  const zones = shape === null ? [] : (deps.catalogue.find(shape.instanceType, deps.settings.AWS_REGION)?.zones ?? []);
  return {
    dry_run: true,
    launchable: refusal === null,
    gates: verdicts.map(presentVerdict),
    strategy,
    from: { instance_type: row.instance_type, zone: row.zone, hourly_usd: row.launched?.hourlyUsd ?? null },
    to: shape === null ? null : { instance_type: shape.instanceType, home_gb: shape.homeGb, root_gb: shape.rootGb },
    price: price === null ? null : { ...presentPrice(price), prices_as_of: prices.asOf, source: prices.source },
    price_difference_hourly_usd: price === null || before === null ? null : formatDifference(price.hourly - before),
    downtime: downtimeOf(row, zones, strategy),
  };
}

/** Throws HOME_CANNOT_SHRINK: no gate knows of the home that is there. */
async function becoming(
  deps: ApiDependencies,
  row: WorkspaceRow,
  { compute, maxHourlyUsd = row.max_hourly_usd ?? undefined, tier = row.tier as Tier }: Becoming,
  strategy: Strategy,
): Promise<Decision> {
  // Both machines run for a while, unless the old one goes first.
  const generation = strategy === 'replace' ? row.generation : row.generations + 1;
  const self = { workspaceId: row.id, generation };
  const decision = await decideNow(deps, row.tenant_id as TenantId, { compute, tier, maxHourlyUsd }, self);
  const size_gb = row.home_volume_id === null ? null : await sizeOfHome(deps.db, row.home_volume_id);
  if (decision.shape !== null && size_gb !== null && decision.shape.homeGb < size_gb) {
    throw new BerthError('HOME_CANNOT_SHRINK', { size_gb, asked_gb: decision.shape.homeGb });
  }
  return decision;
}

const formatDifference = (micros: number): string => `${micros < 0 ? '-' : '+'}${formatUsd(Math.abs(micros))}`;

/** How long nobody is served: while a volume moves, while a copy is made, or from the old machine's end on. */
function downtimeOf({ zone, status }: WorkspaceRow, zones: readonly string[], strategy: Strategy) {
  if (status !== 'online') return { class: 'none', because: 'nobody is served now' };
  if (strategy === 'replace')
    return { class: 'launch', because: 'the old machine ends before the new one is asked for' };
  return zone !== null && zones.includes(zone)
    ? { class: 'move', because: `the home moves within ${zone}; it is copied where that zone has no room` }
    : { class: 'copy', because: 'the home is copied to another zone' };
}
