// A canary: one machine booted from a new image before anybody's workspace is, and what is concluded from what is seen of it.

import { type Candidate, type InstanceState, isCapacityReason, isEnded } from './machine.ts';

/** One try; each run of the refresh has its own. */
export type CanaryKey = { readonly runId: string; readonly variant: string; readonly attempt: number };

/** What is decided before the first launch of a canary. */
export type CanaryTrial = {
  readonly runId: string;
  readonly variant: string;
  readonly region: string;
  readonly imageId: string;
  readonly rootDevice: string;
  readonly candidates: readonly Candidate[];
  /** From the launch until the status checks have passed. */
  readonly timeoutMs: number;
};

/** `elsewhere` = says nothing about the image: another place may tell. */
export type CanaryVerdict =
  | { readonly verdict: 'booted' }
  | { readonly verdict: 'failed' | 'elsewhere'; readonly because: string };

export type CanaryLaunch = { readonly verdict: 'launched'; readonly instanceId: string } | CanaryVerdict;

export type CanarySeen = {
  readonly state: InstanceState;
  readonly stateReason: string | null;
  /** EC2's status checks, `ok`, `impaired`, `initializing` and others: of the host, and of the machine on it (facts/ec2.md 1.9). */
  readonly system: string;
  readonly instance: string;
};

/** Null while there is nothing to conclude yet. */
export function judgeCanary({ state, stateReason, system, instance }: CanarySeen): CanaryVerdict | null {
  if (isEnded(state) || state === 'shutting-down') return judgeEnd(stateReason);
  if (state === 'stopping' || state === 'stopped') return { verdict: 'failed', because: 'it stopped by itself' };
  if (state !== 'running') return null;
  // A host that fails its check is AWS's matter.
  if (system === 'impaired') return { verdict: 'elsewhere', because: 'the system status check of its host failed' };
  if (instance === 'impaired') return { verdict: 'failed', because: 'its instance status check failed' };
  return system === 'ok' && instance === 'ok' ? { verdict: 'booted' } : null;
}

/** It ended without having been asked to. */
export const judgeEnd = (stateReason: string | null): CanaryVerdict => ({
  verdict: isCapacityReason(stateReason) ? 'elsewhere' : 'failed',
  because: `it ended: ${stateReason ?? 'no reason given'}`,
});
