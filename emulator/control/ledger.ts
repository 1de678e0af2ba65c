// The ledger: everything ever made, and what of it still costs money.

import { isBillable } from '../ec2/instances.ts';
import type { Region } from '../ec2/region.ts';

export type LedgerEntry = {
  readonly kind: 'instance' | 'volume';
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly zone: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly clientToken: string | null;
  /** Instance type, or size of the volume. */
  readonly detail: string;
  readonly state: string;
  readonly createdAt: string;
  readonly endedAt: string | null;
  /** Still costs money now. */
  readonly billable: boolean;
};

export type Ledger = { readonly entries: readonly LedgerEntry[] };

export const ledgerOf = (regions: readonly Region[], accountId?: string): Ledger => ({
  entries: regions
    .filter((region) => accountId === undefined || region.options.accountId === accountId)
    .flatMap((region) => region.everything.map((made) => entryOf(region, made))),
});

function entryOf(region: Region, made: Region['everything'][number]): LedgerEntry {
  const { resource } = made;
  return {
    kind: made.kind,
    id: resource.id,
    accountId: region.options.accountId,
    region: region.options.name,
    zone: resource.zone,
    tags: Object.fromEntries(resource.tags),
    clientToken: resource.clientToken ?? null,
    detail: made.kind === 'instance' ? made.resource.type : `${made.resource.sizeGb} GiB ${made.resource.type}`,
    state: resource.state,
    createdAt: (made.kind === 'instance' ? made.resource.launchedAt : made.resource.createdAt).toISOString(),
    endedAt: resource.endedAt?.toISOString() ?? null,
    billable: made.kind === 'instance' ? isBillable(made.resource) : made.resource.state !== 'deleted',
  };
}
