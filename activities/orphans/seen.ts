// Everything that AWS has in the region with our tag on it, page by page.

import {
  paginateDescribeInstances,
  paginateDescribeSnapshots,
  paginateDescribeVolumes,
  type Tag,
} from '@aws-sdk/client-ec2';
import type { Seen } from '../../domain/orphans.ts';
import type { RootOf } from '../../store/orphans.ts';
import type { Ec2Clients } from '../ec2/clients.ts';
import { MANAGED_BY } from '../ec2/tags.ts';
import { RESTORE_POINT_TAG } from '../home/takeRestorePoint.ts';

export type SeenInstance = Seen & { readonly clientToken: string | null };
/** `rootOf`: it was made by the launch of that machine; null = it is no such volume. */
export type SeenVolume = Seen & { readonly rootOf: RootOf | null };
export type SeenSnapshot = Seen & { readonly restorePointId: string | null };

const Filters = [{ Name: `tag:${MANAGED_BY.key}`, Values: [MANAGED_BY.value] }];
const NOT_ENDED = ['pending', 'running', 'stopping', 'stopped'];
/** A page holds at most a thousand; more trips are made for more. */
const PAGE = 1_000;

/** Made within the last `youngMs` = its record may not be written yet: it is left for the next look. */
export async function seenInstances({ describe }: Ec2Clients, youngMs: number): Promise<SeenInstance[]> {
  const found: SeenInstance[] = [];
  const only = [...Filters, { Name: 'instance-state-name', Values: NOT_ENDED }];
  for await (const { Reservations = [] } of paginateDescribeInstances(
    { client: describe, pageSize: PAGE },
    { Filters: only },
  ))
    for (const { InstanceId, Tags, ClientToken, LaunchTime } of Reservations.flatMap(({ Instances = [] }) => Instances))
      if (isOld(LaunchTime, youngMs))
        found.push({
          kind: 'instance',
          id: InstanceId!,
          workspaceId: tag(Tags, 'WorkspaceID'),
          attachedTo: null,
          clientToken: ClientToken ?? null,
        });
  return found;
}

export async function seenVolumes({ describe }: Ec2Clients, youngMs: number): Promise<SeenVolume[]> {
  const found: SeenVolume[] = [];
  for await (const { Volumes = [] } of paginateDescribeVolumes({ client: describe, pageSize: PAGE }, { Filters }))
    for (const { VolumeId, Tags, Attachments, CreateTime, State } of Volumes)
      if (isOld(CreateTime, youngMs) && State !== 'deleting')
        found.push({
          kind: 'volume',
          id: VolumeId!,
          workspaceId: tag(Tags, 'WorkspaceID'),
          attachedTo: Attachments?.[0]?.InstanceId ?? null,
          rootOf: rootOf(Tags),
        });
  return found;
}

export async function seenSnapshots({ describe }: Ec2Clients, youngMs: number): Promise<SeenSnapshot[]> {
  const found: SeenSnapshot[] = [];
  for await (const { Snapshots = [] } of paginateDescribeSnapshots(
    { client: describe, pageSize: PAGE },
    { Filters, OwnerIds: ['self'] },
  ))
    for (const { SnapshotId, Tags, StartTime } of Snapshots)
      if (isOld(StartTime, youngMs))
        found.push({
          kind: 'snapshot',
          id: SnapshotId!,
          workspaceId: tag(Tags, 'WorkspaceID'),
          attachedTo: null,
          restorePointId: tag(Tags, RESTORE_POINT_TAG),
        });
  return found;
}

function rootOf(tags: readonly Tag[] | undefined): RootOf | null {
  const [workspaceId, generation, attempt] = ['WorkspaceID', 'berth:generation', 'berth:attempt'].map((key) =>
    tag(tags, key),
  );
  if (!workspaceId || !generation || !attempt) return null;
  return { workspaceId, generation: Number(generation), attempt: Number(attempt) };
}

const tag = (tags: readonly Tag[] = [], key: string): string | null =>
  tags.find(({ Key }) => Key === key)?.Value ?? null;

const isOld = (since: Date | undefined, youngMs: number): boolean =>
  since === undefined || Date.now() - since.getTime() >= youngMs;
