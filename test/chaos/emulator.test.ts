// Random scripts of calls, faults, interruptions and clock steps: whatever is done in whatever order, what must hold holds.

import fc from 'fast-check';
import { aRunningEmulator } from '../../emulator/testing.ts';
import { type Step, perform, steps } from './emulator/steps.ts';
import { checkInvariants, type History, nothingIsLeft } from './emulator/invariants.ts';
import { type Script, startScript } from './emulator/script.ts';

/** By hand: `CHAOS_RUNS=500 CHAOS_SEED=7 npm test -- test/chaos/emulator`. */
const RUNS = Number(process.env['CHAOS_RUNS'] ?? 15);
const SEED = process.env['CHAOS_SEED'];

async function play(script: Script, all: readonly Step[]): Promise<void> {
  const history: History = new Map();
  for (const step of all) {
    await perform(script, step);
    await checkInvariants(script, history);
  }
  await nothingIsLeft(script);
}

it(
  'holds together whatever is done to it',
  async () => {
    let played = 0;
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        // The same seed and account make the same ids, so that a script that fails can be played again, and made shorter.
        const aws = await aRunningEmulator({ seed: 'script' });
        const script = startScript(aws);
        try {
          await play(script, all);
          played += 1;
        } finally {
          await aws.close();
        }
      }),
      { numRuns: RUNS, ...(SEED === undefined ? {} : { seed: Number(SEED) }) },
    );
    expect(played).toBeGreaterThanOrEqual(RUNS);
  },
  RUNS * 10_000,
);
