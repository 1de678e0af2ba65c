// Many spot machines are taken away at the same moment, while as many workspaces are created, under AWS's own throttle.

import { setTimeout as pause } from 'node:timers/promises';
import { controlClient } from '../../emulator/control/client.ts';
import type { Database } from '../../store/pool.ts';
import type { Berth } from '../../test/support/berth.ts';
import { operationsOf } from '../../test/support/operations.ts';
import { figuresOf, row } from '../figures.ts';
import { createdOnline } from '../untilTaken.ts';

/** Machines are made in groups: the emulator's own boots are no part of this. */
const GROUP = 20;
/** Between two creates: they go on while the homes are saved. */
const EVERY_MS = 200;
const SPOT = { compute: { market: 'spot' }, max_hourly_usd: '1' };

export async function storm(berth: Berth, db: Database, machines: number, creates: number) {
  const on = operationsOf(berth);
  const aws = controlClient(berth.emulator.url);
  const taken: Awaited<ReturnType<typeof on.online>>[] = [];
  while (taken.length < machines) {
    const size = Math.min(GROUP, machines - taken.length);
    taken.push(...(await Promise.all(Array.from({ length: size }, () => on.online('to be taken away', SPOT)))));
    process.stderr.write(`${taken.length} of ${machines} are there\n`);
  }
  await aws.changeSettings({ throttle: 'aws' });
  const { noticeMs } = await aws.settings();

  const noticedAt = Date.now();
  const made = Array.from({ length: creates }, async (_, index) => {
    await pause(index * EVERY_MS);
    const askedAt = Date.now();
    await createdOnline(berth, 'made meanwhile');
    return Date.now() - askedAt;
  });
  await Promise.all(taken.map(({ instance }) => aws.interrupt(instance)));
  process.stderr.write(`all noticed within ${Date.now() - noticedAt} ms; AWS takes them in ${noticeMs / 1000} s\n`);
  const creations = await Promise.all(made);
  process.stderr.write(`${creates} are made\n`);
  await Promise.all(taken.map(({ id }) => untilBack(berth, id)));
  await aws.changeSettings({ throttle: 'off' });

  const entries = berth.emulator.ledger().entries;
  const requested = taken.map(({ id }) => {
    const own = entries.filter(({ kind, tags }) => kind === 'snapshot' && tags['WorkspaceID'] === id);
    return own.map(({ createdAt }) => Date.parse(createdAt) - noticedAt);
  });
  const first = requested.flatMap((own) => own[0] ?? []);
  const missed = machines - first.filter((ms) => ms <= noticeMs).length;
  const { rows } = await db.query<{ workspace_id: string; at: Date; instance_id: string; volume_id: string }>(
    `select workspace_id, created_at as at, payload->>'instance_id' as instance_id, payload->>'home_volume_id' as volume_id
     from structure_events where event_type = 'WORKSPACE_ONLINE' and workspace_id = any($1) order by created_at`,
    [taken.map(({ id }) => id)],
  );
  const back = taken.map(({ id, instance, volume }) => {
    const ended = entries.find((entry) => entry.id === instance)!.endedAt;
    const online = rows.findLast((row) => row.workspace_id === id)!;
    if (online.instance_id === instance) throw new Error(`${id} was not recovered`);
    return { ms: online.at.getTime() - Date.parse(ended!), isSameHome: online.volume_id === volume };
  });
  const { rows: qualities } = await db.query<{ quality: string; n: number }>(
    `select quality, count(*)::int as n from restore_points where workspace_id = any($1) group by quality`,
    [taken.map(({ id }) => id)],
  );
  const figures = {
    snapshotRequested: figuresOf(first),
    backAfterItsEnd: figuresOf(back.map(({ ms }) => ms)),
    created: figuresOf(creations),
  };
  console.log(`${machines} machines noticed at once, ${creates} creates meanwhile, calls throttled as AWS does`);
  console.log(row('snapshot requested', figures.snapshotRequested));
  console.log(row('ended -> online again', figures.backAfterItsEnd));
  console.log(row('created', figures.created));
  // The first five are free, then two a second (facts/ec2.md 4).
  const leastMs = ((machines - 5) / 2) * 1000;
  console.log(
    `the bucket of RunInstances alone makes the last one wait ${(leastMs / 1000).toFixed(1)} s after its machine's end`,
  );
  const copies = requested.filter((own) => own.length > 1).length;
  const kept = back.filter(({ isSameHome }) => isSameHome).length;
  console.log(`missed by the deadline: ${missed}; more than one snapshot: ${copies}; on the same volume: ${kept}`);
  console.log(`qualities: ${qualities.map(({ quality, n }) => `${n} ${quality}`).join(', ')}`);
  return { machines, creates, missed, copies, sameHome: kept, qualities, ...figures };
}

async function untilBack(berth: Berth, id: string): Promise<void> {
  for (;;) {
    const { status, generation } = await berth.user.call<{ status: string; generation: number }>(
      'GET',
      `/workspaces/${id}`,
    );
    if (status === 'online' && generation > 1) return;
    if (status === 'failed') throw new Error(`${id} has failed`);
    await pause(1_000);
  }
}
