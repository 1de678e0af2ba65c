// A running emulator for the tests beside its code: the real SDK client, a stepped clock, nothing inside the machines.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EC2Client, RunInstancesCommand, type RunInstancesCommandInput } from '@aws-sdk/client-ec2';
import { type SteppedClock, steppedClock } from './clock.ts';
import { noMachines } from './machines/runtime.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from './server.ts';

export type TestEmulator = {
  readonly emulator: Emulator;
  readonly clock: SteppedClock;
  readonly folder: string;
  /** Each access key is an account of its own. */
  client(accessKeyId?: string, region?: string): EC2Client;
  close(): Promise<void>;
};

export const DELAYS = {
  pendingMs: 1_000,
  shuttingDownMs: 1_000,
  stoppingMs: 1_000,
  creatingVolumeMs: 1_000,
  attachingMs: 1_000,
  snapshotMs: 1_000,
  modifyingMs: 1_000,
};
export const X86_IMAGE = 'ami-0b0000000a6d64002';
export const ARM_IMAGE = 'ami-0b0000000a4640002';

export async function aRunningEmulator(options: Partial<EmulatorOptions> = {}): Promise<TestEmulator> {
  const folder = await mkdtemp(join(tmpdir(), 'berth-emulator-'));
  const clock = steppedClock(Date.parse('2026-01-01T00:00:00Z'));
  const emulator = await startEmulator({ dataDir: folder, clock, delays: DELAYS, machines: noMachines(), ...options });
  const clients: EC2Client[] = [];
  return {
    emulator,
    clock,
    folder,
    client(accessKeyId = 'one', region = 'us-east-1') {
      const credentials = { accessKeyId, secretAccessKey: 'any' };
      const client = new EC2Client({ endpoint: emulator.url, region, credentials, maxAttempts: 1 });
      clients.push(client);
      return client;
    },
    async close() {
      for (const client of clients) client.destroy();
      await emulator.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** A launch that is right, with what a test says about it. */
export const aLaunch = (input: Partial<RunInstancesCommandInput> = {}): RunInstancesCommand =>
  new RunInstancesCommand({
    ImageId: X86_IMAGE,
    InstanceType: 't3.large',
    MinCount: 1,
    MaxCount: 1,
    Placement: { AvailabilityZone: 'us-east-1a' },
    ...input,
  });

/** The code that AWS refuses a call with; fails where it does not. */
export async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
  } catch (error) {
    return (error as Error).name;
  }
  throw new Error('the call was not refused');
}
