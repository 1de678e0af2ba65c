// Workspaces at rest, for the next round to go on with: one that has been through much is the better witness, and nothing has to be made
// anew. All that was made is removed in the end.

import type { Standing } from './lives.ts';
import { removeAll, untilTakenIn } from './rest.ts';
import { lookAt, type Workspace } from './workspaces.ts';
import type { World } from './world.ts';

type Kept = { readonly workspace: Workspace; readonly isSpot: boolean; readonly standing: Standing };

export class Pool {
  readonly #world: World;
  #kept: Kept[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  /** One that stands so; null = there is none left. */
  take(standing: Standing, isSpot: boolean): Workspace | null {
    const found = this.#kept.find((each) => each.standing === standing && each.isSpot === isSpot);
    if (found === undefined) return null;
    this.#kept = this.#kept.filter((each) => each !== found);
    return found.workspace;
  }

  /** False where it stands as nothing that an operation begins with. */
  async keep(workspace: Workspace, isSpot: boolean): Promise<boolean> {
    await untilTakenIn(this.#world, workspace.id);
    const { phase } = await this.#world.on.read(workspace.id);
    await lookAt(this.#world, workspace);
    const standing = standingOf(phase, workspace.instanceId !== '');
    if (standing === null) return false;
    this.#kept.push({ workspace, isSpot, standing });
    return true;
  }

  /** Says what still costs money when all that is kept is deleted. */
  async empty(): Promise<string[]> {
    const all = this.#kept;
    this.#kept = [];
    return removeAll(
      this.#world,
      all.map(({ workspace }) => workspace.id),
    );
  }
}

function standingOf(phase: string, hasMachine: boolean): Standing | null {
  if (phase === 'ready') return 'online';
  if (phase !== 'paused') return null;
  return hasMachine ? 'stopped' : 'home alone';
}
