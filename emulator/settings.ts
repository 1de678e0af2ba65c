// What can be set about the emulator's behaviour, at its start and while it runs: one row of its state.

import { z } from 'zod';
import type { Store } from './state/store.ts';

/** Milliseconds of emulated time. */
const delay = z.number().int().min(0).max(86_400_000);

const schemas = {
  /** How long each transition takes. */
  delays: z.strictObject({
    pendingMs: delay,
    shuttingDownMs: delay,
    stoppingMs: delay,
    creatingVolumeMs: delay,
    attachingMs: delay,
    /** From a snapshot's request to its completion. */
    snapshotMs: delay,
    modifyingMs: delay,
  }),
  /** What describe calls see is so old (facts/ec2.md 1.4). */
  readLagMs: delay,
  /** Whether calls run into the buckets of facts/ec2.md 4. */
  throttle: z.enum(['off', 'aws']),
  /** Whether a volume's snapshots have to be 15 seconds apart (facts/ec2.md 1.7). */
  snapshotRate: z.enum(['off', 'aws']),
  /** What a repeat of a token answers once its instance is gone; both have been seen (facts/ec2.md 1.1). */
  terminatedToken: z.enum(['error', 'instance']),
  /** What the next instances run: see machines/. */
  machines: z.enum(['process', 'inline', 'never', 'crash', 'mute']),
  /** After how long a machine that crashes does so. */
  crashAfterMs: delay,
  /** From a spot interruption's notice to its end (facts/ec2.md 3). */
  noticeMs: delay,
  /** Queues that get EC2's events, of every account and region that has them. */
  eventQueues: z.array(z.string()).max(20),
} as const;

export const settingsSchema = z.strictObject(schemas);
/** A change: what it leaves out stays. */
export const settingsChange = settingsSchema.extend({ delays: schemas.delays.partial() }).partial();

export type Delays = z.output<typeof schemas.delays>;
export type EmulatorSettings = z.output<typeof settingsSchema>;
export type SettingsChange = z.output<typeof settingsChange>;

/** Quick enough to watch, slow enough to see each state. */
export const DEFAULTS: EmulatorSettings = {
  delays: {
    pendingMs: 400,
    shuttingDownMs: 300,
    stoppingMs: 300,
    creatingVolumeMs: 50,
    attachingMs: 50,
    snapshotMs: 1_500,
    modifyingMs: 1_000,
  },
  readLagMs: 0,
  throttle: 'off',
  snapshotRate: 'aws',
  terminatedToken: 'error',
  machines: 'process',
  crashAfterMs: 2_000,
  noticeMs: 120_000,
  eventQueues: ['berth-ec2-events'],
};

type SettingsRow = { readonly id: 'settings'; readonly value: EmulatorSettings };

export class LiveSettings {
  readonly #table;

  /** What `given` says holds over what was kept, and that over the defaults. */
  constructor(store: Store, given: SettingsChange) {
    this.#table = store.table<SettingsRow>('settings');
    const kept = this.#table.get('settings')?.value ?? DEFAULTS;
    this.#put(merged(merged(DEFAULTS, kept), given));
  }

  get value(): EmulatorSettings {
    return this.#table.get('settings')!.value;
  }

  change(change: SettingsChange): void {
    this.#put(merged(this.value, change));
  }

  #put(value: EmulatorSettings): void {
    this.#table.put({ id: 'settings', value });
  }
}

const merged = (base: EmulatorSettings, change: SettingsChange): EmulatorSettings => ({
  ...base,
  ...(defined(change) as Partial<EmulatorSettings>),
  delays: { ...base.delays, ...(defined(change.delays ?? {}) as Partial<Delays>) },
});

const defined = (value: object): object =>
  Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined));
