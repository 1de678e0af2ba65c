// Many recreates at once on one worker: whether a create and a checkpoint among them wait for all of them, and what is asked of EC2.

import type { Database } from '../../store/pool.ts';
import type { Berth } from '../../test/support/berth.ts';
import { operationsOf } from '../../test/support/operations.ts';
import { figuresOf, row } from '../figures.ts';
import { downtimeOf } from './downtime.ts';

/** Of each kind, spread over the time that the recreates take. */
const AMONG = 20;
const EVERY_MS = 250;
/** Machines are made in groups: the emulator's own boots are no part of this. */
const GROUP = 25;

export async function manyAtOnce(berth: Berth, db: Database, atOnce: number) {
  const on = operationsOf(berth);
  const ids: string[] = [];
  while (ids.length < atOnce) {
    const made = await Promise.all(
      Array.from({ length: Math.min(GROUP, atOnce - ids.length) }, () => on.online('one of many')),
    );
    ids.push(...made.map(({ id }) => id));
    process.stderr.write(`${ids.length} of ${atOnce} are there\n`);
  }
  const quiets = (await Promise.all(Array.from({ length: AMONG }, () => on.online('to be copied')))).map(
    ({ id }) => id,
  );
  const alone = await timed(() => on.online('alone'));
  const describes = describesOf(berth);

  const startedAt = performance.now();
  const recreates = ids.map(async (id) => {
    const operation = await on.run(id, 'recreate');
    return { operation, tookMs: performance.now() - startedAt };
  });
  const creates: Promise<number>[] = [];
  const copies: Promise<number>[] = [];
  for (let n = 0; n < AMONG; n++) {
    creates.push(timed(() => on.online(`among them ${n}`)));
    copies.push(timed(() => on.run(quiets[n]!, 'checkpoint')));
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  const ended = await Promise.all(recreates);
  const seconds = (performance.now() - startedAt) / 1000;
  const failed = ended.filter(({ operation }) => operation.status !== 'succeeded');
  const downtimes = await Promise.all(ended.map(({ operation }) => downtimeOf(db, String(operation['id']))));
  const all = {
    recreates: figuresOf(ended.map(({ tookMs }) => tookMs)),
    downtime: figuresOf(downtimes),
    creates: figuresOf(await Promise.all(creates)),
    checkpoints: figuresOf(await Promise.all(copies)),
  };
  console.log(
    `${atOnce} at once, ${failed.length} failed, all in ${seconds.toFixed(1)} s; a create alone takes ${alone.toFixed(0)} ms`,
  );
  for (const [name, figures] of Object.entries(all)) console.log(row(name, figures));
  const asked = describes();
  console.log(`looks at EC2 meanwhile: ${asked} (${(asked / seconds).toFixed(1)} a second, whatever their number)`);
  return { atOnce, failed: failed.length, seconds, describes: asked, ...all };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** DescribeInstances calls from here on: a fault that is never due counts what it would be of. */
function describesOf({ emulator: { control } }: Berth): () => number {
  control.faults.add({ action: 'DescribeInstances', effect: 'before', delayMs: 1, nth: 1_000_000_000 });
  return () => control.faults.all().at(-1)!.calls;
}
