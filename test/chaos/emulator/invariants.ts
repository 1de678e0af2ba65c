// What must hold after each step of a random script, by what describe calls, the ledger and the quotas say.

import {
  CancelSpotInstanceRequestsCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
  DescribeSpotInstanceRequestsCommand,
  DescribeVolumesCommand,
  type Instance,
  paginateDescribeInstances,
  paginateDescribeVolumes,
  type Snapshot,
  TerminateInstancesCommand,
  type Volume,
} from '@aws-sdk/client-ec2';
import { KEY, type Script } from './script.ts';

type World = { readonly instances: Instance[]; readonly volumes: Volume[]; readonly snapshots: Snapshot[] };
/** The state that each instance was last seen in. */
export type History = Map<string, string>;

const QUOTAS = { 'on-demand': 'L-1216C47A', spot: 'L-34B43A08' } as const;
const LIVE = ['pending', 'running', 'stopping', 'stopped'];
const BILLABLE = ['pending', 'running', 'shutting-down'];
/** What may be seen after a state, if not itself: steps may lie in between. */
const AFTER: Readonly<Record<string, readonly string[]>> = {
  pending: ['running', 'stopping', 'stopped', 'shutting-down', 'terminated'],
  running: ['stopping', 'stopped', 'shutting-down', 'terminated'],
  stopping: ['stopped', 'shutting-down', 'terminated'],
  stopped: ['pending', 'running', 'stopping', 'shutting-down', 'terminated'],
  'shutting-down': ['terminated'],
  terminated: [],
};

export async function checkInvariants(script: Script, history: History): Promise<void> {
  await pagesHoldAll(script);
  const world = await truth(script);
  ledgerAgrees(script, world);
  oneInstancePerToken(world);
  attachmentsAgree(world);
  statesFollow(world, history);
  await quotasAgree(script, world);
}

/** As it is, without the lag of its readers. */
async function truth(script: Script): Promise<World> {
  const { aws, lagMs } = script;
  if (lagMs > 0) aws.emulator.control.change({ readLagMs: 0 });
  const world = await seen(script);
  if (lagMs > 0) aws.emulator.control.change({ readLagMs: lagMs });
  return world;
}

async function seen({ ec2 }: Script): Promise<World> {
  const [{ Reservations }, { Volumes }, { Snapshots }] = await Promise.all([
    ec2.send(new DescribeInstancesCommand({})),
    ec2.send(new DescribeVolumesCommand({})),
    ec2.send(new DescribeSnapshotsCommand({})),
  ]);
  return {
    instances: Reservations!.flatMap((reservation) => reservation.Instances!),
    volumes: Volumes!,
    snapshots: Snapshots!,
  };
}

/** The pages of a list are the whole list, each thing once, lagging or not. */
async function pagesHoldAll(script: Script): Promise<void> {
  const { ec2, told } = script;
  const { instances, volumes } = await seen(script);
  const ofVolumes: string[] = [];
  for await (const { Volumes } of paginateDescribeVolumes({ client: ec2, pageSize: 5 }, {})) {
    expect(Volumes!.length).toBeLessThanOrEqual(5);
    ofVolumes.push(...Volumes!.map((volume) => volume.VolumeId!));
  }
  expect(ofVolumes).toEqual(volumes.map((volume) => volume.VolumeId));
  const ofInstances: string[] = [];
  for await (const { Reservations } of paginateDescribeInstances({ client: ec2, pageSize: 5 }, {})) {
    ofInstances.push(...Reservations!.flatMap((each) => each.Instances!.map((instance) => instance.InstanceId!)));
  }
  // What was launched together stands together in an answer, so that the order of pages is another.
  expect(ofInstances.toSorted()).toEqual(instances.map((instance) => instance.InstanceId!).toSorted());
  for (const id of [...ofVolumes, ...ofInstances]) told.add(id);
}

/** Every id that was ever named is in the ledger once, with its tags, and costs money while it is there and only then. */
function ledgerAgrees({ aws, told }: Script, { instances, volumes, snapshots }: World): void {
  const { entries } = aws.emulator.ledger(KEY);
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  expect(byId.size).toBe(entries.length);
  expect([...told].filter((id) => !byId.has(id))).toEqual([]);
  const there = [
    ...instances.map(({ InstanceId, State, Tags }) => [InstanceId!, Tags, BILLABLE.includes(State!.Name!)] as const),
    ...volumes.map(({ VolumeId, Tags }) => [VolumeId!, Tags, true] as const),
    ...snapshots.map(({ SnapshotId, Tags }) => [SnapshotId!, Tags, true] as const),
  ];
  for (const [id, tags = [], billable] of there) {
    const tagged = Object.fromEntries(tags.map(({ Key, Value }) => [Key!, Value!]));
    expect(byId.get(id)).toMatchObject({ id, billable, tags: tagged });
  }
  const ids = new Set(there.map(([id]) => id));
  for (const entry of entries) {
    if (!ids.has(entry.id)) expect(entry).toMatchObject({ id: entry.id, billable: false, endedAt: expect.any(String) });
    expect(entry.billedSeconds).toBeGreaterThanOrEqual(0);
  }
}

function oneInstancePerToken({ instances }: World): void {
  const live = instances.filter(
    ({ ClientToken, State }) => /^t\d$/.test(ClientToken ?? '') && LIVE.includes(State!.Name!),
  );
  const uses = live.map(({ ClientToken, Placement }) => `${ClientToken} in ${Placement!.AvailabilityZone}`);
  expect(uses).toEqual([...new Set(uses)]);
}

/** A volume is attached to one instance at most, in its own zone, and both say so under the same name. */
function attachmentsAgree({ instances, volumes }: World): void {
  const byVolume = volumes.flatMap(({ VolumeId, State, Attachments = [], AvailabilityZone }) => {
    expect(Attachments.length).toBeLessThanOrEqual(1);
    expect([VolumeId, State === 'in-use']).toEqual([VolumeId, Attachments.length === 1]);
    return Attachments.map(({ InstanceId, Device }) => `${VolumeId} ${InstanceId} ${Device} ${AvailabilityZone}`);
  });
  const byInstance = instances.flatMap(({ InstanceId, State, Placement, BlockDeviceMappings = [] }) => {
    const devices = BlockDeviceMappings.map(({ DeviceName }) => DeviceName);
    expect(devices).toEqual([...new Set(devices)]);
    if (State!.Name === 'terminated') expect(devices).toEqual([]);
    return BlockDeviceMappings.map(
      ({ DeviceName, Ebs }) => `${Ebs!.VolumeId} ${InstanceId} ${DeviceName} ${Placement!.AvailabilityZone}`,
    );
  });
  expect(byInstance.toSorted()).toEqual(byVolume.toSorted());
}

function statesFollow({ instances }: World, history: History): void {
  for (const { InstanceId, State } of instances) {
    const [before, now] = [history.get(InstanceId!), State!.Name!];
    if (before !== undefined && before !== now) {
      expect([InstanceId, before, AFTER[before]]).toEqual([InstanceId, before, expect.arrayContaining([now])]);
    }
    history.set(InstanceId!, now);
  }
}

/** Two vCPUs for each that is pending or runs. */
async function quotasAgree({ control }: Script, { instances }: World): Promise<void> {
  for (const market of ['on-demand', 'spot'] as const) {
    const { in_use } = await control.setQuota({ access_key: KEY, code: QUOTAS[market] });
    const counted = instances.filter(
      ({ InstanceLifecycle = 'on-demand', State }) =>
        InstanceLifecycle === market && (State!.Name === 'pending' || State!.Name === 'running'),
    );
    expect([market, in_use]).toEqual([market, 2 * counted.length]);
  }
}

/** Everything is ended and deleted: then nothing costs money, soon nothing is seen, and the ledger has lost nothing. */
export async function nothingIsLeft(script: Script): Promise<void> {
  const { aws, ec2, control } = script;
  await control.clearFaults();
  aws.emulator.control.change({ readLagMs: 0 });
  script.lagMs = 0;
  const ever = aws.emulator.ledger(KEY).entries.length;
  const { instances } = await seen(script);
  const InstanceIds = instances.map((instance) => instance.InstanceId!);
  if (InstanceIds.length > 0) await ec2.send(new TerminateInstancesCommand({ InstanceIds }));
  aws.clock.advance(2_000);
  const { volumes, snapshots } = await seen(script);
  for (const { VolumeId } of volumes) await ec2.send(new DeleteVolumeCommand({ VolumeId }));
  for (const { SnapshotId } of snapshots) await ec2.send(new DeleteSnapshotCommand({ SnapshotId }));
  const { SpotInstanceRequests } = await ec2.send(new DescribeSpotInstanceRequestsCommand({}));
  const SpotInstanceRequestIds = SpotInstanceRequests!.map((request) => request.SpotInstanceRequestId!);
  if (SpotInstanceRequestIds.length > 0) {
    await ec2.send(new CancelSpotInstanceRequestsCommand({ SpotInstanceRequestIds }));
  }
  const { entries } = aws.emulator.ledger(KEY);
  expect(entries.filter((entry) => entry.billable)).toEqual([]);
  expect(entries).toHaveLength(ever);
  aws.clock.advance(3_600_000);
  expect(await seen(script)).toEqual({ instances: [], volumes: [], snapshots: [] });
  expect(aws.emulator.ledger(KEY).entries).toHaveLength(ever);
}
