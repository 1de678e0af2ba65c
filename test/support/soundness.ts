// Whether everything that must hold of a workspace at rest does (domain/invariants/): the ledger, its records and its home's bytes.

import { sameHome } from '../../domain/invariants/home.ts';
import {
  nothingWithoutOwner,
  oneLaunchPerToken,
  oneLiveMachine,
  twoMachinesAtMost,
} from '../../domain/invariants/ledger.ts';
import type { Berth } from './berth.ts';
import { readHome } from './home.ts';
import { FILES, type Read } from './operations.ts';

/** Empty = all well. */
export async function brokenAt(
  berth: Berth,
  id: string,
  files: Readonly<Record<string, string>> = FILES,
): Promise<string[]> {
  const made = berth.emulator.ledger().entries.filter(({ tags }) => tags['WorkspaceID'] === id);
  const now = await berth.user.call<Read>('GET', `/workspaces/${id}`);
  const points = await berth.user.call<{ snapshot_id: string }[]>('GET', `/workspaces/${id}/restore-points`);
  const owned = {
    machine: now.machine?.instance_id ?? null,
    home: now.home?.volume_id ?? null,
    snapshots: points.map(({ snapshot_id }) => snapshot_id),
  };
  return [
    ...twoMachinesAtMost(made),
    ...oneLaunchPerToken(made),
    ...oneLiveMachine(made, owned),
    ...nothingWithoutOwner(made, owned),
    ...(now.home === null ? [] : sameHome(files, await readHome(berth, now.home.volume_id))),
  ];
}
