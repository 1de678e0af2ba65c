// Our own ClientTokens: the same intent always has the same one, another intent never (facts/ec2.md 1.1).

import { createHash } from 'node:crypto';
import type { CanaryKey } from '../../domain/canary.ts';
import type { Candidate, LaunchKey } from '../../domain/machine.ts';

/** 64 hex characters, the longest that AWS takes. Whatever may differ between two launches is in it. */
export const launchToken = (
  { workspaceId, generation, attempt }: LaunchKey,
  candidate: Candidate,
  imageId: string,
): string =>
  digest([
    'launch',
    workspaceId,
    generation,
    attempt,
    candidate.instanceType,
    candidate.zone,
    candidate.market,
    imageId,
  ]);

/** Each run of the refresh tries for itself, so its run is in it. */
export const canaryToken = ({ runId, variant, attempt }: CanaryKey, candidate: Candidate, imageId: string): string =>
  digest(['canary', runId, variant, attempt, candidate.instanceType, candidate.zone, candidate.market, imageId]);

/** The zone is in it, because whether CreateVolume's token is zonal or regional is not documented. */
export const homeToken = (
  { workspaceId, generation, attempt }: LaunchKey,
  zone: string,
  sizeGb: number,
  snapshotId = 'blank',
): string => digest(['home', workspaceId, generation, attempt, zone, sizeGb, snapshotId]);

const digest = (parts: readonly (string | number)[]): string =>
  createHash('sha256').update(parts.join('|')).digest('hex');
