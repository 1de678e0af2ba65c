// Waits for what the API will show sooner or later: reads are eventually consistent (facts/ec2.md 1.4).

import { setTimeout } from 'node:timers/promises';
import { PACE } from './endpoint.ts';

/** Looks until `isIt` holds for what is seen, and gives that. A thing that isn't found isn't there yet. */
export async function until<Seen>(
  what: string,
  look: () => Promise<Seen>,
  isIt: (seen: Seen) => boolean,
): Promise<Seen> {
  const deadline = Date.now() + PACE.deadlineMs;
  for (;;) {
    const seen = await look().then(
      (value) => ({ value }),
      (error: Error) => {
        if (error.name.endsWith('.NotFound')) return { error };
        throw error;
      },
    );
    if ('value' in seen && isIt(seen.value)) return seen.value;
    if (Date.now() > deadline) {
      const last = 'value' in seen ? JSON.stringify(seen.value) : seen.error.name;
      throw new Error(`it did not come to it that ${what}; last seen: ${last}`);
    }
    await setTimeout(PACE.pollMs);
  }
}
