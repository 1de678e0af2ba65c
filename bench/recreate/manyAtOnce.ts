// Many recreates at once on one worker: whether creates and checkpoints among them wait for all of them, and what is asked of EC2.

import type { Database } from '../../store/pool.ts';
import type { Berth } from '../../test/support/berth.ts';
import { operationsOf } from '../../test/support/operations.ts';
import { figuresOf, row } from '../figures.ts';
import { among, homesToCopy, runOperation } from './among.ts';
import { downtimeOf } from './downtime.ts';

/** Hundreds that ask without a pause would be all that is measured. */
const ASKED_EVERY_MS = 2_000;
/** Machines are made in groups: the emulator's own boots are no part of this. */
const GROUP = 25;

export async function manyAtOnce(berth: Berth, db: Database, atOnce: number) {
  const { online } = operationsOf(berth);
  const ids: string[] = [];
  while (ids.length < atOnce) {
    const size = Math.min(GROUP, atOnce - ids.length);
    const made = await Promise.all(Array.from({ length: size }, () => online('one of many')));
    ids.push(...made.map(({ id }) => id));
    process.stderr.write(`${ids.length} of ${atOnce} are there\n`);
  }
  const homes = await homesToCopy(berth);
  const alone = await among(berth, homes);
  const looksAtEc2 = describesOf(berth);
  process.stderr.write(`now ${atOnce} recreates at once\n`);

  const startedAt = performance.now();
  const recreates = ids.map(async (id) => {
    const operation = await runOperation(berth, id, 'recreate', ASKED_EVERY_MS);
    return { operation, tookMs: performance.now() - startedAt };
  });
  const others = await among(berth, homes);
  const ended = await Promise.all(recreates);
  const seconds = (performance.now() - startedAt) / 1000;
  const failed = ended.filter(({ operation }) => operation.status !== 'succeeded');
  const downtimes = await Promise.all(ended.map(({ operation }) => downtimeOf(db, String(operation['id']))));

  console.log(`${atOnce} recreates at once, ${failed.length} failed, all in ${seconds.toFixed(1)} s`);
  for (const { operation } of failed) console.log(`failed: ${operation['id']} ${JSON.stringify(operation.failure)}`);
  const crowd = { recreates: figuresOf(ended.map(({ tookMs }) => tookMs)), downtime: figuresOf(downtimes) };
  for (const [name, figures] of Object.entries(crowd)) console.log(row(name, figures));
  for (const kind of ['creates', 'checkpoints'] as const) {
    console.log(row(`${kind} without`, alone[kind]));
    console.log(row(`${kind} among`, others[kind]));
    console.log(`among over without: p50 ${(others[kind].p50 / alone[kind].p50).toFixed(2)}`);
  }
  const describes = looksAtEc2();
  console.log(
    `looks at EC2 meanwhile: ${describes} (${(describes / seconds).toFixed(1)} a second, whatever their number)`,
  );
  return { atOnce, failed: failed.length, seconds, describes, ...crowd, alone, among: others };
}

/** DescribeInstances calls from here on: a fault that is never due counts what it would be of. */
function describesOf({ emulator: { control } }: Berth): () => number {
  control.faults.add({ action: 'DescribeInstances', effect: 'before', delayMs: 1, nth: 1_000_000_000 });
  return () => control.faults.all().at(-1)!.calls;
}
