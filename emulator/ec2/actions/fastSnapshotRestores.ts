// Enable-, Disable- and DescribeFastSnapshotRestores: a snapshot in a zone, with states by the time that has passed (facts/ec2.md 1.7).

import { boolean, integer, list, string } from '../../protocols/parameters.ts';
import { zoneId, zonesOf } from '../catalogue.ts';
import { Ec2Error } from '../errors.ts';
import { applyFilters, type FilterReaders, filterSchema } from '../filters.ts';
import { checkId } from '../ids.ts';
import { page } from '../paging.ts';
import type { Region } from '../region.ts';
import type { Snapshot } from '../snapshots.ts';
import { action, required, stopDryRun } from './action.ts';

/** `id` is `snapshot/zone`. */
type Restore = {
  readonly id: string;
  readonly snapshotId: string;
  readonly zone: string;
  readonly enabledAtMs: number;
  readonly disabledAtMs: number | null;
};

/** When each state begins; null = not, or not yet known. */
type Times = Readonly<Record<'enabling' | 'optimizing' | 'enabled' | 'disabling' | 'disabled', number | null>>;

const QUOTA = 'L-631ECBD3';
const MAX_SNAPSHOTS = 10;
const LARGEST_GB = 16_384;
/** From the request until it is worked on, and until it is undone. */
const ACCEPTING_MS = 15_000;
/** AWS says 60 minutes for each TiB. */
const OPTIMIZING_MS_PER_GB = 3_600_000 / 1_024;

const parameters = {
  SourceSnapshotId: list(string),
  AvailabilityZone: list(string),
  AvailabilityZoneId: list(string),
  DryRun: boolean,
} as const;

type Input = {
  readonly SourceSnapshotId?: readonly string[];
  readonly AvailabilityZone?: readonly string[];
  readonly AvailabilityZoneId?: readonly string[];
};

export const enableFastSnapshotRestores = action('EnableFastSnapshotRestores', parameters, (region, input) => {
  const pairs = pairsOf(region, input);
  stopDryRun(input.DryRun);
  return outcomes(region, pairs, ({ snapshot, zone }) => {
    const before = restores(region).get(`${snapshot.id}/${zone}`);
    if (before !== undefined && before.disabledAtMs === null) return before;
    checkEnabling(region, snapshot);
    return restores(region).put({
      id: `${snapshot.id}/${zone}`,
      snapshotId: snapshot.id,
      zone,
      enabledAtMs: region.nowMs,
      disabledAtMs: null,
    });
  });
});

export const disableFastSnapshotRestores = action('DisableFastSnapshotRestores', parameters, (region, input) => {
  const pairs = pairsOf(region, input);
  stopDryRun(input.DryRun);
  return outcomes(region, pairs, ({ snapshot, zone }) => {
    const restore = restores(region).get(`${snapshot.id}/${zone}`);
    if (restore === undefined || restore.disabledAtMs !== null) {
      throw new Ec2Error('InvalidState', `Fast snapshot restore of '${snapshot.id}' is not enabled in ${zone}.`);
    }
    return restores(region).put({ ...restore, disabledAtMs: region.nowMs });
  });
});

const readers = (region: Region): FilterReaders<Restore> => ({
  'availability-zone': ({ zone }) => [zone],
  'availability-zone-id': ({ zone }) => [zoneId(zone)],
  'snapshot-id': ({ snapshotId }) => [snapshotId],
  'owner-id': () => [region.accountId],
  state: (restore) => [stateOf(region, restore)],
});

export const describeFastSnapshotRestores = action(
  'DescribeFastSnapshotRestores',
  { Filter: filterSchema, MaxResults: integer, NextToken: string, DryRun: boolean },
  (region, input) => {
    const found = applyFilters(known(region), input.Filter, readers(region));
    const { items, nextToken } = page(found, input, { min: 1, max: 200 });
    stopDryRun(input.DryRun);
    return { fastSnapshotRestoreSet: items.map((restore) => restoreXml(region, restore)), nextToken };
  },
);

const restores = (region: Region) => region.world.store.table<Restore>(`${region.key}/ec2/fast-snapshot-restores`);

/** They end with their snapshot. */
const known = (region: Region): Restore[] =>
  restores(region)
    .sorted()
    .filter(({ snapshotId }) => region.snapshots.get(snapshotId) !== undefined);

type Named = { readonly snapshotId: string; readonly zone: string };
type Found = { readonly snapshot: Snapshot; readonly zone: string };

/** Throws what is wrong with the request as a whole. */
function pairsOf(region: Region, { SourceSnapshotId, AvailabilityZone, AvailabilityZoneId }: Input): Named[] {
  const ids = [...new Set(required(SourceSnapshotId, 'SourceSnapshotId'))];
  if (ids.length > MAX_SNAPSHOTS) {
    throw new Ec2Error('InvalidRequest', `A call takes at most ${MAX_SNAPSHOTS} SourceSnapshotIds`);
  }
  for (const id of ids) checkId('snapshot', id);
  if (AvailabilityZone !== undefined && AvailabilityZoneId !== undefined) {
    throw new Ec2Error(
      'InvalidParameterCombination',
      'Specify either AvailabilityZone or AvailabilityZoneId, not both.',
    );
  }
  const zones = required(AvailabilityZone ?? AvailabilityZoneId, 'AvailabilityZone').map((name) => {
    const zone = zonesOf(region.name).find((each) => name === (AvailabilityZone === undefined ? zoneId(each) : each));
    if (zone === undefined) throw new Ec2Error('InvalidZone.NotFound', `The zone '${name}' does not exist.`);
    return zone;
  });
  return ids.flatMap((snapshotId) => [...new Set(zones)].map((zone) => ({ snapshotId, zone })));
}

/** Each snapshot and zone succeeds or fails by itself. */
function outcomes(region: Region, pairs: readonly Named[], change: (found: Found) => Restore) {
  const successful: Restore[] = [];
  const failures = new Map<string, { zone: string; error: Ec2Error }[]>();
  for (const { snapshotId, zone } of pairs) {
    try {
      const snapshot = region.snapshots.get(snapshotId);
      if (snapshot === undefined) {
        throw new Ec2Error('InvalidSnapshot.NotFound', `The snapshot '${snapshotId}' does not exist.`);
      }
      successful.push(change({ snapshot, zone }));
    } catch (error) {
      if (!(error instanceof Ec2Error)) throw error;
      failures.set(snapshotId, [...(failures.get(snapshotId) ?? []), { zone, error }]);
    }
  }
  return {
    successful: successful.map((restore) => restoreXml(region, restore)),
    unsuccessful: [...failures].map(([snapshotId, errors]) => ({
      snapshotId,
      fastSnapshotRestoreStateErrorSet: errors.map(({ zone, error }) => ({
        availabilityZone: zone,
        availabilityZoneId: zoneId(zone),
        error: { code: error.code, message: error.message },
      })),
    })),
  };
}

/** The quota counts snapshots, in however many zones. */
function checkEnabling(region: Region, snapshot: Snapshot): void {
  if (snapshot.volumeGb > LARGEST_GB) {
    throw new Ec2Error('UnsupportedOperation', `Snapshot '${snapshot.id}' is of more than ${LARGEST_GB}GiB.`);
  }
  const limit = region.world.quota(region, QUOTA);
  const enabled = new Set(known(region).flatMap((each) => (each.disabledAtMs === null ? [each.snapshotId] : [])));
  if (!enabled.has(snapshot.id) && enabled.size >= limit) {
    throw new Ec2Error('ResourceLimitExceeded', `Fast snapshot restore is enabled for ${limit} snapshots already.`);
  }
}

/** A pending snapshot may be enabled, but is not worked on before it is complete. */
function timesOf(region: Region, { snapshotId, enabledAtMs, disabledAtMs }: Restore): Times {
  const snapshot = region.snapshots.get(snapshotId)!;
  const optimizing = Math.max(enabledAtMs, snapshot.completedAtMs ?? snapshot.completesAtMs) + ACCEPTING_MS;
  const endMs = Math.min(region.nowMs, disabledAtMs ?? Infinity);
  const until = (atMs: number, lastMs: number): number | null => (atMs <= lastMs ? atMs : null);
  return {
    enabling: enabledAtMs,
    optimizing: until(optimizing, endMs),
    enabled: until(optimizing + Math.ceil(snapshot.volumeGb * OPTIMIZING_MS_PER_GB), endMs),
    disabling: disabledAtMs,
    disabled: disabledAtMs === null ? null : until(disabledAtMs + ACCEPTING_MS, region.nowMs),
  };
}

/** The last that has begun. */
function stateOf(region: Region, restore: Restore): string {
  const begun = Object.entries(timesOf(region, restore)).filter(([, atMs]) => atMs !== null);
  return begun.at(-1)![0];
}

function restoreXml(region: Region, restore: Restore) {
  const times = timesOf(region, restore);
  const state = stateOf(region, restore);
  const isAsked = state === 'enabling' || state === 'disabling';
  return {
    snapshotId: restore.snapshotId,
    availabilityZone: restore.zone,
    availabilityZoneId: zoneId(restore.zone),
    state,
    stateTransitionReason: `Client.UserInitiated${isAsked ? '' : ' - Lifecycle state transition'}`,
    ownerId: region.accountId,
    ...Object.fromEntries(
      Object.entries(times).map(([name, atMs]) => [`${name}Time`, atMs === null ? undefined : new Date(atMs)]),
    ),
  };
}
