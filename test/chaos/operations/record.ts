// The boundaries of every operation, by a run of each in which nothing goes wrong.

import { type Boundary, nameOf } from './gate.ts';
import { LIVES, type Life } from './lives.ts';
import type { Pool } from './pool.ts';
import { playRound } from './round.ts';
import type { World } from './world.ts';

export type Recorded = { readonly life: Life; readonly boundaries: readonly Boundary[] };

/** Throws where one of them goes wrong by itself. Its workspaces are in the pool then. */
export async function recordBoundaries(
  world: World,
  pool: Pool,
  say: (line: string) => void,
  lives = LIVES,
): Promise<Recorded[]> {
  const results = await playRound(
    world,
    pool,
    lives.map((life) => ({ life, boundary: null, fault: 'fails' })),
    say,
  );
  const wrong = results.flatMap(({ life, violations }) => violations.map((violation) => `${life.name}: ${violation}`));
  if (wrong.length > 0) throw new Error(`without any fault:\n${wrong.join('\n')}`);
  return results.map(({ life, workspaceId }) => {
    const boundaries = world.gate.boundaries(workspaceId, life.kind);
    const names = new Set(boundaries.map(nameOf));
    if (names.size < 2) throw new Error(`${life.name} has passed no boundary`);
    return { life, boundaries };
  });
}
