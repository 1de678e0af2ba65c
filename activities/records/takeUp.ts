// Workspaces whose entity was ended from outside, or was stuck: it is started again with what the records and AWS say that is left.

import { errorMessage } from '../../domain/errors.ts';
import type { Home } from '../../domain/machine.ts';
import { type Remains, stateOf } from '../../domain/revival.ts';
import type { Launched, Profile, Tier, WorkspaceStatus } from '../../domain/workspace.ts';
import { endLostOperations } from '../../store/operations.ts';
import { homesLeft, type Living, livingWorkspaces, machineLeft } from '../../store/remains.ts';
import { findWorkspace, type WorkspaceRow } from '../../store/workspaces.ts';
import type { Dependencies } from '../dependencies.ts';
import { findById } from '../ec2/findInstance.ts';

/** One that runs and gets on is left alone, as is one whose last operation still goes its way back. Answers how many were taken up. */
export const takeUpLost = (deps: Dependencies) => async (): Promise<number> => {
  const { db, entities, settings, log } = deps;
  await entities.endStuck();
  const living = await livingWorkspaces(db, settings.NOT_FOUND_GRACE_SECONDS);
  if (living.length === 0) return 0;
  const running = await entities.running();
  let count = 0;
  for (const each of living) {
    // The list lags behind: each one that it lacks is asked for by itself.
    if (running.has(each.id) || (await entities.isRunning(each))) continue;
    const row = await findWorkspace(db, each.tenant_id, each.id);
    if (row === null) continue;
    const state = stateOf(await remainsOf(deps, each, row));
    const keepDays = row.status === 'removed' ? keepDaysOf(row) : null;
    const context = { found: `the operation has ended with it, and the workspace is ${state.phase}` };
    await endLostOperations(db, each.id, {
      code: 'ENTITY_LOST',
      message: errorMessage('ENTITY_LOST', context),
      context,
    });
    if (!(await entities.start(state, keepDays))) continue;
    log.warn({ workspace_id: each.id, phase: state.phase }, 'a workspace whose entity was ended is taken up again');
    count++;
  }
  return count;

  /** What a delete is told (api/routes/workspaces.ts); that it was a purge is not in the records: then a restore point too many is kept. */
  function keepDaysOf(row: WorkspaceRow): number {
    return row.compute['data_persistence'] === 'ephemeral' ? 0 : settings.KEEP_DELETED_DAYS;
  }
};

async function remainsOf({ db, ec2 }: Dependencies, { id, tenant_id }: Living, row: WorkspaceRow): Promise<Remains> {
  const machine = await machineLeft(db, id);
  const instance = machine === null ? null : await findById(ec2, machine.instanceId);
  const homes = await homesLeft(db, id);
  const attached = new Set((instance?.BlockDeviceMappings ?? []).map(({ Ebs }) => Ebs?.VolumeId));
  const isIts = ({ volumeId }: Home): boolean => volumeId === row.home_volume_id;
  const home = homes.find(({ volumeId }) => attached.has(volumeId)) ?? homes.find(isIts) ?? homes[0] ?? null;
  return {
    workspaceId: id,
    tenantId: tenant_id,
    profile: profileOf(row),
    status: row.status as WorkspaceStatus,
    version: row.version,
    generation: row.generation,
    generations: row.generations,
    launched: row.launched as Launched | null,
    url: row.url,
    pausedHourlyUsd: row.paused_hourly_usd,
    machine,
    isRunning: instance?.State?.Name === 'running' || instance?.State?.Name === 'pending',
    home,
  };
}

const profileOf = (row: WorkspaceRow): Profile => ({
  name: row.name,
  role: row.role,
  runtime: row.runtime,
  tier: row.tier as Tier,
  compute: row.compute,
  autoPause: row.auto_pause,
  parentId: row.parent_id,
  ...(row.max_hourly_usd === null ? {} : { maxHourlyUsd: row.max_hourly_usd }),
});
