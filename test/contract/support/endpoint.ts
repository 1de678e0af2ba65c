// Where the contract is held, and by whom: Berth's emulator in this process, or what the environment names.

import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const given = process.env['CONTRACT_ENDPOINT'] || undefined;

/** The default: an account of its own for each file, which nobody else sees or pays for. */
export const isOurs = given === undefined;
export const isAws = given === 'aws';

export const REGION = process.env['CONTRACT_REGION'] || 'us-east-1';
export const INSTANCE_TYPE = process.env['CONTRACT_INSTANCE_TYPE'] || 't3.micro';

type Pace = { readonly pollMs: number; readonly deadlineMs: number; readonly testMs: number };

/** AWS advises against tight polling (facts/ec2.md 4); a state there takes minutes at worst. */
export const PACE: Pace = isAws
  ? { pollMs: 3_000, deadlineMs: 600_000, testMs: 1_800_000 }
  : isOurs
    ? { pollMs: 20, deadlineMs: 10_000, testMs: 30_000 }
    : { pollMs: 200, deadlineMs: 60_000, testMs: 300_000 };

/** Long enough that a call right after another one sees the state between them. */
const DELAYS = {
  pendingMs: 250,
  shuttingDownMs: 100,
  stoppingMs: 250,
  creatingVolumeMs: 30,
  attachingMs: 30,
  snapshotMs: 400,
  modifyingMs: 100,
};

export type Endpoint = { readonly url: string | undefined; close(): Promise<void> };

export async function openEndpoint(): Promise<Endpoint> {
  if (isAws) return { url: undefined, close: async () => {} };
  if (given !== undefined) return { url: given, close: async () => {} };
  // Loaded here: whoever asks another endpoint has no need of ours.
  const { startEmulator } = await import('../../../emulator/server.ts');
  const { noMachines } = await import('../../../emulator/machines/runtime.ts');
  const dataDir = await mkdtemp(join(tmpdir(), 'berth-contract-'));
  const emulator = await startEmulator({ dataDir, delays: DELAYS, machines: noMachines() });
  return {
    url: emulator.url,
    async close() {
      await emulator.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** The SDK's own chain where AWS is asked without others; an emulator takes any. */
export function credentials(): { accessKeyId: string; secretAccessKey: string } | undefined {
  const accessKeyId = process.env['CONTRACT_ACCESS_KEY_ID'];
  const secretAccessKey = process.env['CONTRACT_SECRET_ACCESS_KEY'];
  if (isAws && accessKeyId === undefined) return undefined;
  return { accessKeyId: accessKeyId ?? 'contract', secretAccessKey: secretAccessKey ?? 'contract' };
}
