// A random script that is being played: its emulator, what it was told, and which errors it may see.

import type { EC2Client } from '@aws-sdk/client-ec2';
import { type ControlClient, controlClient } from '../../../emulator/control/client.ts';
import type { LedgerEntry } from '../../../emulator/control/ledger.ts';
import type { TestEmulator } from '../../../emulator/testing.ts';

export const KEY = 'script';
/** Of a fault that a script has asked for. */
export const INJECTED = 'Injected';

export type Script = {
  readonly aws: TestEmulator;
  readonly ec2: EC2Client;
  readonly control: ControlClient;
  /** Every id that some answer has named. */
  readonly told: Set<string>;
  /** Dropped answers that were asked for and have not come yet, by action. */
  readonly drops: Map<string, number>;
  lagMs: number;
};

export const startScript = (aws: TestEmulator): Script => ({
  aws,
  ec2: aws.client(KEY),
  control: controlClient(aws.emulator.url),
  told: new Set(),
  drops: new Map(),
  lagMs: 0,
});

/** All that was ever made of a kind, whether its maker has heard of it or not, in the order of its making. */
export const madeOf = ({ aws }: Script, kind: LedgerEntry['kind']): string[] =>
  aws.emulator
    .ledger(KEY)
    .entries.filter((entry) => entry.kind === kind)
    .map((entry) => entry.id);

/** What a call may be refused with that comes at a wrong time, for a wrong thing, or once too often. */
const REFUSALS = new RegExp(
  [
    '^Incorrect(Instance)?State$',
    '^VolumeInUse$',
    '^InvalidVolume\\.ZoneMismatch$',
    '^Idempotent(ParameterMismatch|InstanceTerminated)$',
    '^Invalid(InstanceID|Volume|Snapshot)\\.NotFound$',
    // A device name that is in use.
    '^InvalidParameterValue$',
    // One-time spot instances can't be stopped, roots of running ones not detached.
    '^UnsupportedOperation$',
    '^OperationNotPermitted$',
    '^(SnapshotCreationPerVolumeRate|ConcurrentSnapshotLimit)Exceeded$',
  ].join('|'),
);

/** Null where it was refused, as it may be; throws for a failure of the emulator's own. */
export async function attempt<Answer>(script: Script, action: string, call: Promise<Answer>): Promise<Answer | null> {
  try {
    return await call;
  } catch (error) {
    const { name, message, $metadata } = error as Error & { readonly $metadata?: { readonly httpStatusCode?: number } };
    if (name === INJECTED) return null;
    const status = $metadata?.httpStatusCode;
    const left = script.drops.get(action) ?? 0;
    if (status === undefined && left > 0 && /socket hang up|ECONNRESET|aborted/.test(message)) {
      script.drops.set(action, left - 1);
      return null;
    }
    if (status !== undefined && status < 500 && REFUSALS.test(name)) return null;
    throw new Error(`${action} was answered with ${name} (${status}): ${message}`, { cause: error });
  }
}
