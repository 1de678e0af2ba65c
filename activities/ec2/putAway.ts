// What a try has made after its launch was given up: whoever undid that has found nothing yet, so the try itself removes it.

import { setTimeout as wait } from 'node:timers/promises';
import { BerthError } from '../../domain/errors.ts';
import type { LaunchKey } from '../../domain/machine.ts';
import { isAwsCode } from './errors.ts';

/** What AWS has just made it may not find yet, or not let go of. */
const NOT_YET = ['InvalidInstanceID.NotFound', 'InvalidVolume.NotFound', 'IncorrectState', 'VolumeInUse'];
const WAIT_MS = [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000];

/** What is left after that is found by reapOrphans (activities/orphans/findOrphans.ts). */
export async function putAway(remove: () => Promise<unknown>): Promise<void> {
  for (const waitMs of WAIT_MS) {
    try {
      return void (await remove());
    } catch (error) {
      if (!isAwsCode(error, ...NOT_YET)) throw error;
    }
    await wait(waitMs);
  }
  await remove();
}

/** Of a launch that is over: its token is not used any more. */
export const givenUp = ({ generation, attempt }: LaunchKey, id = `of launch ${generation}/${attempt}`): BerthError =>
  new BerthError('MACHINE_DIED', { instance_id: id, state_reason: 'the launch was given up' });
