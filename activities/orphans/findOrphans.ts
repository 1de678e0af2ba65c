// Compares what AWS has with our tags with what the records know, and writes down what is nobody's.

import { judge, type Keeper, type Origin, type Seen } from '../../domain/orphans.ts';
import { workspaceId as asWorkspaceId } from '../../domain/ids.ts';
import { appendEvents } from '../../store/events.ts';
import {
  keepersOf,
  nameOfRoot,
  type Orphan,
  originsOfHomes,
  originsOfInstances,
  originsOfRoots,
  originsOfSnapshots,
  recordLook,
} from '../../store/orphans.ts';
import { uuidOf } from '../../store/uuidOf.ts';
import type { Dependencies } from '../dependencies.ts';
import { aws } from '../failure.ts';
import { seenInstances, seenSnapshots, seenVolumes } from './seen.ts';

export type Look = { readonly seen: number; readonly orphans: number; readonly unknown: number };

/** Repeated it is another look at the same things. */
export const findOrphans = (deps: Dependencies) => async (): Promise<Look> => {
  const { db, settings, log } = deps;
  const judged = await orphansNow(deps);
  const fresh = new Set(await recordLook(db, settings.AWS_REGION, judged.orphans));
  const found = judged.orphans.filter(({ resourceId }) => fresh.has(resourceId));
  for (const orphan of found) log.warn(orphan, 'AWS has what nobody owns');
  await appendEvents(
    db,
    found.flatMap((orphan) => {
      const workspaceId = asWorkspaceId(orphan.workspaceId ?? '');
      if (workspaceId === null) return [];
      const { resourceId: resource_id, kind, why, mayEnd: may_end } = orphan;
      const payload = { resource_id, kind, why, may_end };
      return [{ id: uuidOf(`orphan/${resource_id}`), type: 'WORKSPACE_ORPHAN_FOUND', workspaceId, payload }];
    }),
  );
  const unknown = judged.orphans.filter(({ why }) => why === 'unknown to the records').length;
  return { seen: judged.seen, orphans: judged.orphans.length, unknown };
};

/** As it is at this moment. AWS is read first: what it has by then was written down before. */
export async function orphansNow({ db, ec2, settings }: Dependencies): Promise<{ seen: number; orphans: Orphan[] }> {
  const youngMs = settings.NOT_FOUND_GRACE_SECONDS * 1000;
  const instances = await aws('DescribeInstances', () => seenInstances(ec2, youngMs));
  const volumes = (await aws('DescribeVolumes', () => seenVolumes(ec2, youngMs))).filter(
    ({ attachedTo }) => attachedTo === null,
  );
  const snapshots = await aws('DescribeSnapshots', () => seenSnapshots(ec2, youngMs));
  const launched = await originsOfInstances(
    db,
    instances.map(({ id }) => id),
    instances.flatMap(({ clientToken }) => clientToken ?? []),
  );
  const homes = await originsOfHomes(
    db,
    volumes.map(({ id }) => id),
  );
  const roots = await originsOfRoots(
    db,
    volumes.flatMap(({ rootOf }) => rootOf ?? []),
  );
  const points = await originsOfSnapshots(
    db,
    snapshots.flatMap(({ id, restorePointId }) =>
      restorePointId === null ? [] : [{ snapshotId: id, restorePointId }],
    ),
  );
  const all: readonly (readonly [Seen, Origin | undefined])[] = [
    ...instances.map((each) => [each, launched.get(each.id) ?? launched.get(each.clientToken ?? '')] as const),
    ...volumes.map((each) => [each, homes.get(each.id) ?? rootOrigin(each.rootOf)] as const),
    ...snapshots.map((each) => [each, points.get(each.id)] as const),
  ];
  const keepers: ReadonlyMap<string, Keeper> = await keepersOf(db, [
    ...new Set(all.flatMap(([{ workspaceId }]) => asWorkspaceId(workspaceId ?? '') ?? [])),
  ]);
  const orphans = all.flatMap(([seen, origin]) => {
    const judgement = judge(seen, origin, keepers.get(seen.workspaceId ?? ''));
    if (judgement === null) return [];
    return [{ resourceId: seen.id, kind: seen.kind, workspaceId: seen.workspaceId, ...judgement }];
  });
  return { seen: all.length, orphans };

  function rootOrigin(root: Parameters<typeof nameOfRoot>[0] | null): Origin | undefined {
    return root === null ? undefined : roots.get(nameOfRoot(root));
  }
}
