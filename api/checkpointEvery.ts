// What a caller says about restore points on a schedule: of a machine that nobody takes away there are none.

import type { Compute } from '../domain/compute/block.ts';
import { BerthError } from '../domain/errors.ts';
import type { Profile } from '../domain/workspace.ts';

/** Nothing where nothing was said. Throws CHECKPOINT_EVERY_NEEDS_SPOT. */
export function checkpointEveryOf(
  given: number | null | undefined,
  { market = 'on-demand' }: Compute,
): Pick<Profile, 'checkpointEveryMinutes'> {
  if (given === undefined) return {};
  const checkpointEveryMinutes = given ?? 0;
  if (checkpointEveryMinutes > 0 && market !== 'spot') throw new BerthError('CHECKPOINT_EVERY_NEEDS_SPOT', { market });
  return { checkpointEveryMinutes };
}
