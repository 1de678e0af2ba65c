// The ledger: everything ever made, what it has cost by now, and what of it still costs money.

import { onDemandPrice, spotPrice, storagePrice } from '../pricing/prices.ts';
import { parseUsd, shortUsd } from '../pricing/usd.ts';
import { type Archived, archivedInstance, archivedSnapshot, archivedVolume } from '../ec2/archive.ts';
import { isBillable } from '../ec2/instances.ts';
import type { Region } from '../ec2/region.ts';

export type LedgerEntry = {
  readonly kind: 'instance' | 'volume' | 'snapshot';
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly zone: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly clientToken: string | null;
  /** Instance type, or size of the volume. */
  readonly detail: string;
  readonly market: 'on-demand' | 'spot' | null;
  readonly state: string;
  readonly createdAt: string;
  readonly endedAt: string | null;
  readonly billedSeconds: number;
  /** By the emulator's price list, as a decimal string. */
  readonly usd: string;
  /** Still costs money now. */
  readonly billable: boolean;
};

export type Ledger = { readonly entries: readonly LedgerEntry[] };

/** In the order of their making. */
export function ledgerOf(regions: readonly Region[], accountId?: string): Ledger {
  const asked = regions.filter((region) => accountId === undefined || region.accountId === accountId);
  const entries = asked.flatMap((region) => [
    ...[...region.archive.values()].map((row) => entryOf(region, row, false)),
    ...[...region.instances.values()].map((row) => entryOf(region, archivedInstance(row), isBillable(row))),
    ...[...region.volumes.values()].map((row) => entryOf(region, archivedVolume(row), true)),
    ...[...region.snapshots.values()].map((row) => entryOf(region, archivedSnapshot(row), true)),
  ]);
  return { entries: entries.sort((a, b) => a.createdAt.localeCompare(b.createdAt) || (a.id < b.id ? -1 : 1)) };
}

function entryOf(region: Region, made: Archived, billable: boolean): LedgerEntry {
  const billedMs = made.billed.reduce((sum, { fromMs, toMs }) => sum + ((toMs ?? region.nowMs) - fromMs), 0);
  // 60 s at least for each start of a machine (facts/ec2.md 1.2).
  const paidMs = made.kind === 'instance' ? Math.max(billedMs, made.billed.length * 60_000) : billedMs;
  return {
    kind: made.kind,
    id: made.id,
    accountId: region.accountId,
    region: region.name,
    zone: made.zone,
    tags: made.tags,
    clientToken: made.clientToken,
    detail: made.instanceType ?? `${made.sizeGb} GiB${made.volumeType === undefined ? '' : ` ${made.volumeType}`}`,
    market: made.market ?? null,
    state: made.state,
    createdAt: new Date(made.createdAtMs).toISOString(),
    endedAt: made.endedAtMs === null ? null : new Date(made.endedAtMs).toISOString(),
    billedSeconds: Math.round(billedMs / 1000),
    usd: usdOf(region, made, BigInt(Math.round(paidMs / 1000))),
    billable,
  };
}

const HOUR = 3_600n;
/** 730 hours, as AWS counts. */
const MONTH = 730n * HOUR;

/** A type or a kind of storage that the price list lacks costs nothing in the ledger. */
function usdOf(region: Region, made: Archived, seconds: bigint): string {
  const context = { store: region.world.store, accountId: region.accountId };
  const { instanceType, market, zone, createdAtMs } = made;
  try {
    if (instanceType === undefined) {
      const storage = made.kind === 'snapshot' ? 'snapshot' : made.volumeType!;
      const monthly = parseUsd(storagePrice(storage, made.sizeGb ?? 0, region.name, context));
      return shortUsd((monthly * seconds) / MONTH);
    }
    const hourly =
      market === 'spot'
        ? spotPrice(region.world.seed, instanceType, zone, createdAtMs, context)
        : (onDemandPrice(instanceType, region.name, context) ?? '0');
    return shortUsd((parseUsd(hourly) * seconds) / HOUR);
  } catch (error) {
    if (error instanceof RangeError) return '0';
    throw error;
  }
}
