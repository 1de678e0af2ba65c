// The entity as it is, with operations that take a moment and always end well: what comes to it is what is tested.

import { defineSignal, setHandler, sleep, uuid4 } from '@temporalio/workflow';
import type { Home, Machine } from '../../../domain/machine.ts';
import type { PauseInput, ProvisionInput, RestartInput } from '../../../workflows/messages.ts';

export { workspace } from '../../../workflows/workspace.ts';

const LONGEST_MS = 1_000;
const home: Home = { volumeId: 'vol-1', zone: 'us-east-1a', sizeGb: 20 };
const registration = { url: null, agentCard: null };
const launched = { compute: {}, imageId: 'ami-1', hourlyUsd: null };

async function aMoment(): Promise<void> {
  setHandler(defineSignal<[unknown]>('machineEnded'), () => {});
  await sleep(Math.ceil((Number.parseInt(uuid4().slice(0, 4), 16) / 0x1_00_00) * LONGEST_MS));
}

export async function provision({ generation }: ProvisionInput) {
  await aMoment();
  const where = { instanceType: 't3.large', zone: 'us-east-1a', region: 'us-east-1' };
  const machine: Machine = { instanceId: `i-${generation}`, ...where, generation, attempt: 1 };
  return { machine, home, registration, launched };
}
export const recreate = (input: ProvisionInput) => provision(input);
export const resume = (input: ProvisionInput) => provision(input);
export const recover = (input: ProvisionInput) => provision(input);

export async function restart({ machine }: RestartInput) {
  await aMoment();
  return { machine, home, registration };
}

export async function pause({ machine, mode }: PauseInput) {
  await aMoment();
  return { machine: mode === 'stop' ? machine : null, home, hourlyUsd: null };
}

export async function checkpoint() {
  await aMoment();
  return { restorePointId: 'r', quality: 'clean' };
}

export async function destroy() {
  await aMoment();
  return { restoreUntil: null };
}
