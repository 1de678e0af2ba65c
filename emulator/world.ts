// Everything that the emulator emulates: its accounts' regions over one state, one clock and one seed.

import { createHash } from 'node:crypto';
import { Capacity } from './control/capacity.ts';
import { Faults } from './control/faults.ts';
import type { AdjustableClock, ClockState } from './clock.ts';
import { type Ec2Event, eventMessage } from './ec2/events.ts';
import { instanceHandlers, shutDownFromInside } from './ec2/instanceLife.ts';
import { Region, type Surroundings } from './ec2/region.ts';
import { snapshotHandlers } from './ec2/snapshotLife.ts';
import { spotHandlers } from './ec2/spot/interruption.ts';
import { VolumeBytes } from './ec2/volumeBytes.ts';
import { volumeHandlers } from './ec2/volumeLife.ts';
import type { JsonContext } from './json/service.ts';
import { Fleet } from './machines/fleet.ts';
import type { MachineKinds } from './machines/kinds.ts';
import { appliedQuota, vcpuQuota } from './quotas/limits.ts';
import { LiveSettings, type SettingsChange } from './settings.ts';
import { deliver } from './sqs/deliver.ts';
import { Store } from './state/store.ts';

export type WorldOptions = {
  /** Where volumes, machines and, if it is kept, the state are. */
  readonly dataDir: string;
  /** Whether the state survives a restart. */
  readonly isKept: boolean;
  readonly clock: AdjustableClock;
  readonly seed: string;
  readonly settings: SettingsChange;
  readonly machines: (clock: AdjustableClock, crashAfterMs: () => number) => MachineKinds;
  readonly metadataUrl: (instanceId: string) => string;
  readonly url: () => string;
};

type ClockRow = ClockState & { readonly id: 'clock' };
type SeedRow = { readonly id: 'seed'; readonly seed: string; readonly events: number };
type OtherUse = { readonly id: string; readonly vcpus: number };

export class World implements Surroundings {
  readonly store: Store;
  readonly clock: AdjustableClock;
  readonly bytes: VolumeBytes;
  readonly fleet: Fleet;
  readonly live: LiveSettings;
  readonly faults: Faults;
  readonly pools: Capacity;
  readonly #options: WorldOptions;
  readonly #regions = new Map<string, Region>();
  readonly #clocks;
  readonly #seeds;

  constructor(options: WorldOptions) {
    this.#options = options;
    const { clock, dataDir } = options;
    this.clock = clock;
    this.store = new Store({
      clock,
      ...(options.isKept ? { folder: dataDir } : {}),
      lagMs: () => this.settings().readLagMs,
      // A clock that stands still is where it was stepped to; one that runs can be told from where it was set.
      beforeCommit: () => {
        if (clock.state.factor === 0) this.#clocks.put({ id: 'clock', ...clock.state });
      },
    });
    this.#clocks = this.store.table<ClockRow>('clock');
    this.#seeds = this.store.table<SeedRow>('seed');
    const kept = this.#clocks.get('clock');
    if (kept !== undefined) clock.restore(kept);
    // The seed that the ids were made from so far goes before one that is given now.
    if (this.#seeds.get('seed') === undefined) this.#seeds.put({ id: 'seed', seed: options.seed, events: 0 });
    this.live = new LiveSettings(this.store, options.settings);
    this.bytes = new VolumeBytes(dataDir);
    this.faults = new Faults(this.store);
    this.pools = new Capacity(this.store);
    const kinds = options.machines(clock, () => this.settings().crashAfterMs);
    this.fleet = new Fleet({
      runtimeOf: (kind) => kinds[kind],
      metadataUrl: options.metadataUrl,
      onShutdown: (region, id) => {
        const instance = region.instances.get(id);
        if (instance !== undefined) shutDownFromInside(region, instance);
        this.store.commit();
      },
      onCrash: (region, id) => {
        region.change(id, () => ({ impairedAtMs: region.nowMs }));
        this.store.commit();
      },
    });
  }

  get seed(): string {
    return this.#seeds.get('seed')!.seed;
  }

  settings = () => this.live.value;

  region(accountId: string, name: string): Region {
    const key = `${accountId}/${name}`;
    const known = this.#regions.get(key);
    if (known !== undefined) return known;
    const handlers = (of: Region) => ({
      ...instanceHandlers(of),
      ...volumeHandlers(of),
      ...snapshotHandlers(of),
      ...spotHandlers(of),
    });
    const region = new Region(accountId, name, this, handlers, quotaCode);
    this.#regions.set(key, region);
    return region;
  }

  regions(): Region[] {
    return [...this.#regions.values()];
  }

  /** Goes on where the state was left: what came due meanwhile happens, and what runs boots again, as after a power cut. */
  resume(): void {
    for (const table of this.store.known) {
      const [, accountId, name] = /^(\d{12})\/([a-z0-9-]+)\/ec2\//.exec(table) ?? [];
      if (accountId !== undefined) this.region(accountId, name!);
    }
    for (const region of this.#regions.values()) {
      for (const instance of region.instances.values()) {
        if (instance.state === 'running') this.fleet.boot(region, instance);
      }
      region.timeline.resume();
    }
    this.keepClock();
  }

  /** `url` is where the caller reaches the emulator: under what name, only the caller knows. */
  context(accountId: string, region: string, url = this.#options.url()): JsonContext {
    return { store: this.store, clock: this.clock, accountId, region, url };
  }

  quota(region: Region, code: string): number {
    return appliedQuota({ store: this.store, accountId: region.accountId, region: region.name }, code);
  }

  otherUse(region: Region, code: string): number {
    return this.#otherUses(region).get(code)?.vcpus ?? 0;
  }

  setOtherUse(region: Region, code: string, vcpus: number): void {
    this.#otherUses(region).put({ id: code, vcpus });
  }

  capacity(type: string, zone: string, market: string): number | null {
    return this.pools.sizeOf(type, zone, market);
  }

  emit(region: Region, event: Ec2Event): void {
    const queues = this.settings().eventQueues;
    if (queues.length === 0) return;
    const row = this.#seeds.get('seed')!;
    this.#seeds.put({ ...row, events: row.events + 1 });
    const message = eventMessage(region, uuidOf(`${row.seed}/event/${row.events}`), event);
    for (const queue of queues) deliver(this.context(region.accountId, region.name), queue, message);
  }

  isOthers(region: Region, kind: 'instance' | 'volume' | 'snapshot', id: string): boolean {
    return this.regions().some((other) => {
      if (other.name !== region.name || other.accountId === region.accountId) return false;
      const table = kind === 'instance' ? other.instances : kind === 'volume' ? other.volumes : other.snapshots;
      return table.get(id) !== undefined;
    });
  }

  /** To be called after the clock was set or stepped, so that it goes on from there after a restart. */
  keepClock(): void {
    this.#clocks.put({ id: 'clock', ...this.clock.state });
    this.store.commit();
  }

  async close(): Promise<void> {
    await this.fleet.close();
    for (const region of this.#regions.values()) region.timeline.stop();
    this.#clocks.put({ id: 'clock', ...this.clock.state });
    this.store.close();
    this.clock.stop();
  }

  #otherUses(region: Region) {
    return this.store.table<OtherUse>(`${region.key}/other-use`);
  }
}

/** Types that no quota counts share a bucket without a limit. */
function quotaCode(type: string, market: string): string {
  return vcpuQuota(type, market === 'spot' ? 'spot' : 'on-demand').code;
}

function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
