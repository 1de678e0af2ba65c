// How long does a quote take over the one trip to Postgres that it can't do without, and do the gates hold when many come at once?
// `npm run bench resolve [rounds]`: quotes in turns with bare queries, then 100 creates against room for 37.

import { startBerth } from '../test/support/berth.ts';
import globalSetup from '../test/support/globalSetup.ts';
import globalTeardown from '../test/support/globalTeardown.ts';
import { readSettings } from '../config/settings.ts';
import { readCatalogue } from '../data/catalogue.ts';
import { decideNow } from '../api/decideNow.ts';
import type { ApiDependencies } from '../api/context.ts';
import type { TenantId } from '../domain/ids.ts';
import { connect } from '../store/pool.ts';
import { figuresOf, row } from './figures.ts';
import { manyCreates } from './resolve/manyCreates.ts';

const WARM_UP = 200;
const rounds = Number(process.argv[2] ?? 1_000);
if (!Number.isInteger(rounds) || rounds < 1) throw new Error('usage: npm run bench resolve [rounds]');

await globalSetup();
const berth = await startBerth();
try {
  const db = connect(berth.databaseUrl);
  const settings = readSettings(berth.env, ['DATABASE_URL', 'ADMIN_TOKEN', 'BERTH_SERVER_SECRET']);
  // What a quote looks at; it commands nothing.
  const deps = { db, settings, catalogue: readCatalogue() } as ApiDependencies;
  const wanted = { compute: { volume: { root_gb: 60 } }, tier: 3, maxHourlyUsd: '1' } as const;
  const [bare, quote]: [number[], number[]] = [[], []];
  for (let round = -WARM_UP; round < rounds; round++) {
    const a = performance.now();
    await db.query('select 1');
    const b = performance.now();
    await decideNow(deps, 'default' as TenantId, wanted);
    const c = performance.now();
    if (round < 0) continue;
    bare.push(b - a);
    quote.push(c - b);
  }
  await db.end();
  const [f, o] = [figuresOf(bare), figuresOf(quote)];
  console.log(row('one bare round trip', f));
  console.log(row('a quote', o));
  console.log(`over the round trip: p50 ${(o.p50 / f.p50).toFixed(2)}, p99 ${(o.p99 / f.p99).toFixed(2)}`);
  const held = await manyCreates(berth);
  for (const { against, launched, refused, left } of held) {
    console.log(
      `100 creates against the ${against} of 37: ${launched} online, ${refused} refused, ${left} reservations left`,
    );
  }
  console.log(JSON.stringify({ bench: 'resolve', at: new Date().toISOString(), bare: f, quote: o, held }));
} finally {
  await berth.stop();
  await globalTeardown();
}
process.exit(0);
