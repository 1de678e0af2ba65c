// The resources of one account in one region: tables of rows, the transitions that are due, and what they count against.

import type { Clock } from '../clock.ts';
import type { Store, TableShape } from '../state/store.ts';
import type { Table } from '../state/table.ts';
import { type Handlers, Timeline, type Due } from '../state/timeline.ts';
import type { EmulatorSettings } from '../settings.ts';
import { type Archived, archivedInstance, archivedSnapshot, archivedVolume } from './archive.ts';
import type { Ec2Event } from './events.ts';
import { idOf, type Kind } from './ids.ts';
import { type Instance, instanceIndexes, isCounted, isOver, type StateReason } from './instances.ts';
import { type SpotRequest, spotRequestIndexes } from './spot/requests.ts';
import { type Snapshot, snapshotIndexes } from './snapshots.ts';
import { TokenStore } from './tokens.ts';
import type { VolumeBytes } from './volumeBytes.ts';
import { type Volume, volumeIndexes } from './volumes.ts';

/** What runs inside the instances. */
export type Machines = {
  boot(region: Region, instance: Instance): void;
  reboot(region: Region, instance: Instance): void;
  halt(instanceId: string): void;
  forget(region: Region, instanceId: string): void;
  console(instanceId: string): string;
};

/** What a region needs of the world around it. */
export type Surroundings = {
  readonly store: Store;
  readonly clock: Clock;
  readonly seed: string;
  readonly bytes: VolumeBytes;
  readonly fleet: Machines;
  settings(): EmulatorSettings;
  /** The applied quota, and what the account uses outside of the emulator. */
  quota(region: Region, code: string): number;
  otherUse(region: Region, code: string): number;
  /** How many instances a pool takes; null = as many as are asked for. */
  capacity(type: string, zone: string, market: string): number | null;
  emit(region: Region, event: Ec2Event): void;
  /** Whether another account of the same region has it. */
  isOthers(region: Region, kind: 'instance' | 'volume' | 'snapshot', id: string): boolean;
};

export type KeyPair = {
  readonly id: string;
  readonly name: string;
  readonly fingerprint: string;
  readonly type: string;
  readonly createdAtMs: number;
  readonly tags: Readonly<Record<string, string>>;
};

export class Region {
  readonly accountId: string;
  readonly name: string;
  readonly world: Surroundings;
  /** `account/region`, which the tables' names begin with. */
  readonly key: string;
  readonly instances: Table<Instance>;
  readonly volumes: Table<Volume>;
  readonly snapshots: Table<Snapshot>;
  readonly spotRequests: Table<SpotRequest>;
  readonly keyPairs: Table<KeyPair>;
  /** What is gone for good, for the ledger. */
  readonly archive: Table<Archived>;
  readonly launchTokens: TokenStore;
  readonly volumeTokens: TokenStore;
  readonly timeline: Timeline;
  readonly #dooms: Table<{ readonly id: string; readonly reason: StateReason }>;
  readonly #counters: Table<{ readonly id: string; readonly value: number }>;
  /** vCPUs by family and market, instances by pool: what limits look at, without a look at every instance. */
  readonly #vcpus = new Map<string, number>();
  readonly #pools = new Map<string, number>();
  readonly #storageGb = new Map<string, number>();
  readonly #quotaOf: (type: string, market: string) => string;

  constructor(
    accountId: string,
    name: string,
    world: Surroundings,
    handlers: (region: Region) => Handlers,
    quotaOf: (type: string, market: string) => string,
  ) {
    this.accountId = accountId;
    this.name = name;
    this.world = world;
    this.key = `${accountId}/${name}`;
    const { store } = world;
    const table = <T extends { readonly id: string }>(of: string, shape: TableShape<T> = {}) =>
      store.table<T>(`${this.key}/ec2/${of}`, shape);
    this.instances = table<Instance>('instances', { indexes: instanceIndexes, idFilter: 'instance-id', lags: true });
    this.volumes = table<Volume>('volumes', { indexes: volumeIndexes, idFilter: 'volume-id', lags: true });
    this.snapshots = table<Snapshot>('snapshots', { indexes: snapshotIndexes, idFilter: 'snapshot-id', lags: true });
    this.spotRequests = table<SpotRequest>('spot-requests', {
      indexes: spotRequestIndexes,
      idFilter: 'spot-instance-request-id',
      lags: true,
    });
    this.keyPairs = table<KeyPair>('key-pairs');
    this.archive = table<Archived>('archive');
    this.#dooms = table('dooms');
    this.#counters = table('counters');
    this.launchTokens = new TokenStore(table('launch-tokens'));
    this.volumeTokens = new TokenStore(table('volume-tokens'));
    this.timeline = new Timeline(table<Due>('due'), world.clock, handlers(this), () => store.commit());
    this.#quotaOf = quotaOf;
    for (const instance of this.instances.values()) this.#count(instance, 1);
    for (const { type, sizeGb } of this.volumes.values()) add(this.#storageGb, type, sizeGb);
  }

  /** The default one; there is no other. */
  get vpcId(): string {
    return idOf('vpc', this.world.seed, this.key);
  }

  get nowMs(): number {
    return this.world.clock.now();
  }

  newId(kind: Kind): string {
    const value = (this.#counters.get(kind)?.value ?? 0) + 1;
    this.#counters.put({ id: kind, value });
    return idOf(kind, this.world.seed, this.key, value);
  }

  /** The next launch goes from pending to terminated with this reason. */
  doomNext(reason: StateReason): void {
    this.#dooms.put({ id: `${this.nowMs}/${this.#dooms.size}`, reason });
  }

  /** What the launch at hand is to die of, if of anything. */
  takeDoom(): StateReason | null {
    const [first] = this.#dooms.sorted();
    if (first === undefined) return null;
    this.#dooms.delete(first.id);
    return first.reason;
  }

  putInstance(instance: Instance): Instance {
    const before = this.instances.get(instance.id);
    if (before !== undefined) this.#count(before, -1);
    this.#count(instance, 1);
    this.instances.put(instance);
    if (before?.state !== instance.state) {
      this.world.emit(this, {
        type: 'EC2 Instance State-change Notification',
        resources: [`arn:aws:ec2:${this.name}:${this.accountId}:instance/${instance.id}`],
        detail: { 'instance-id': instance.id, state: instance.state },
      });
    }
    return instance;
  }

  /** The change of an instance that is still there; null where it is not. */
  change(instanceId: string, change: (instance: Instance) => Partial<Instance>): Instance | null {
    const instance = this.instances.get(instanceId);
    return instance === undefined ? null : this.putInstance({ ...instance, ...change(instance) });
  }

  changeVolume(volumeId: string, change: (volume: Volume) => Partial<Volume>): Volume | null {
    const volume = this.volumes.get(volumeId);
    return volume === undefined ? null : this.putVolume({ ...volume, ...change(volume) });
  }

  putVolume(volume: Volume): Volume {
    const before = this.volumes.get(volume.id);
    if (before !== undefined) add(this.#storageGb, before.type, -before.sizeGb);
    add(this.#storageGb, volume.type, volume.sizeGb);
    return this.volumes.put(volume);
  }

  /** Gone from what describe calls see; the ledger keeps it. */
  forgetInstance(instance: Instance): void {
    this.archive.put(archivedInstance(instance));
    this.instances.delete(instance.id);
  }

  forgetVolume(volume: Volume): void {
    this.archive.put(archivedVolume(volume));
    if (this.volumes.get(volume.id) !== undefined) add(this.#storageGb, volume.type, -volume.sizeGb);
    this.volumes.delete(volume.id);
  }

  forgetSnapshot(snapshot: Snapshot): void {
    this.archive.put(archivedSnapshot(snapshot));
    this.snapshots.delete(snapshot.id);
  }

  vcpusInUse(quotaCode: string): number {
    return (this.#vcpus.get(quotaCode) ?? 0) + this.world.otherUse(this, quotaCode);
  }

  /** GiB. */
  storageInUse(volumeType: string): number {
    return this.#storageGb.get(volumeType) ?? 0;
  }

  inPool(type: string, zone: string, market: string): number {
    return this.#pools.get(`${type}/${zone}/${market}`) ?? 0;
  }

  #count(instance: Instance, sign: 1 | -1): void {
    const { type, zone, market, vcpus } = instance;
    if (isCounted(instance)) add(this.#vcpus, this.#quotaOf(type, market), sign * vcpus);
    if (!isOver(instance) && instance.state !== 'stopped') add(this.#pools, `${type}/${zone}/${market}`, sign);
  }
}

const add = (map: Map<string, number>, key: string, by: number): void => void map.set(key, (map.get(key) ?? 0) + by);
