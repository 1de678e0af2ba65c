// Does a desktop reach twenty viewers through the proxy as fast as through a bare pipe between two sockets, and does the API stay
// awake meanwhile; and how soon is somebody out whose token is revoked? `npm run bench display [MiB per viewer] [rounds]`: in turns,
// desktop and viewers in processes of their own.

import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect as dial, createServer as createPipe, type Server, type Socket } from 'node:net';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { recordedAuthority } from '../api/display/authority.ts';
import { startDisplayProxy } from '../api/display/proxy.ts';
import { startEventHub } from '../api/eventHub.ts';
import { readSettings } from '../config/settings.ts';
import { CONTROL_CHANNEL } from '../store/controlLocks.ts';
import { SESSIONS_CHANNEL } from '../store/displaySessions.ts';
import { EVENTS_CHANNEL } from '../store/events.ts';
import { connect } from '../store/pool.ts';
import { testDatabase } from '../test/support/database.ts';
import globalSetup from '../test/support/globalSetup.ts';
import globalTeardown from '../test/support/globalTeardown.ts';
import { revokeDelays } from './display/revokes.ts';
import { benchDesktop, benchTickets, moveDesktop, ORIGIN } from './display/rows.ts';
import { figuresOf, row } from './figures.ts';

const VIEWERS = 20;
const REVOKES = 100;
const RESOLUTION_MS = 1;
const CROWD = fileURLToPath(new URL('display/crowd.ts', import.meta.url));
const mib = Number(process.argv[2] ?? 64);
const rounds = Number(process.argv[3] ?? 5);
if (!(mib > 0) || !(rounds > 0)) throw new Error('usage: npm run bench display [MiB per viewer] [rounds]');

await globalSetup();
const database = await testDatabase();
const db = connect(database.url);
const desktop = fork(CROWD, ['desktop', String(mib)]);
const still = fork(CROWD, ['desktop', '0']);
try {
  const ports = await Promise.all([desktop, still].map((child) => once(child, 'message')));
  const [[port], [stillPort]] = ports as [[number], [number]];
  const pipe = createPipe((viewer) => piped(viewer, dial(port, '127.0.0.1')));
  const settings = readSettings(
    {
      DATABASE_URL: database.url,
      ADMIN_TOKEN: 'a'.repeat(32),
      BERTH_SERVER_SECRET: 's'.repeat(32),
      DISPLAY_SESSION_SIGNING_SECRET: 'd'.repeat(32),
      DISPLAY_ORIGINS: ORIGIN,
      DISPLAY_NETWORKS: '127.0.0.0/8',
    },
    ['DATABASE_URL', 'ADMIN_TOKEN', 'BERTH_SERVER_SECRET'],
  );
  const secret = settings.DISPLAY_SESSION_SIGNING_SECRET!;
  const hubs = await Promise.all(
    [EVENTS_CHANNEL, SESSIONS_CHANNEL, CONTROL_CHANNEL].map((name) => startEventHub(db, name)),
  );
  const [events, sessionNews, controlNews] = hubs as [(typeof hubs)[0], (typeof hubs)[0], (typeof hubs)[0]];
  const server = createServer();
  const authority = recordedAuthority({ db, controlNews });
  const log = pino({ level: 'warn' }, pino.destination(2));
  const proxy = startDisplayProxy(server, { db, settings, log, authority, events, sessionNews });
  const [pipePort, proxyPort] = [await listening(pipe), await listening(server)];
  await benchDesktop(db, port);

  const rates: { bare: number[]; ours: number[] } = { bare: [], ours: [] };
  const delays: { bare: number[]; ours: number[] } = { bare: [], ours: [] };
  for (let round = -1; round < rounds; round++) {
    for (const which of ['bare', 'ours'] as const) {
      const tickets = which === 'ours' ? await benchTickets(db, secret, VIEWERS) : [];
      const { rate, delayP99 } = await viewed(which === 'ours' ? proxyPort : pipePort, tickets);
      // The first round warms both up.
      if (round < 0) continue;
      rates[which].push(rate);
      delays[which].push(delayP99);
    }
  }
  const [bare, ours] = [figuresOf(rates.bare), figuresOf(rates.ours)];
  const share = ours.p50 / bare.p50;
  console.log(`a bare pipe            n=${bare.n}  p50 ${bare.p50.toFixed(0)} MiB/s  spread ${spread(bare)}`);
  console.log(`the display proxy      n=${ours.n}  p50 ${ours.p50.toFixed(0)} MiB/s  spread ${spread(ours)}`);
  console.log(`${VIEWERS} viewers, ${mib} MiB each: ${(share * 100).toFixed(0)} % of the pipe (80 % is the least)`);
  console.log(row('delay p99, pipe', figuresOf(delays.bare)));
  console.log(row('delay p99, proxy', figuresOf(delays.ours)));
  await moveDesktop(db, stillPort);
  const revokes = figuresOf(await revokeDelays({ db, secret, port: proxyPort, count: REVOKES }));
  console.log(row('revoked -> closed', revokes));
  console.log(
    JSON.stringify({ bench: 'display', at: new Date().toISOString(), mib, bare, ours, share, delays, revokes }),
  );
  await proxy.close();
  await Promise.all(hubs.map((hub) => hub.close()));
} finally {
  desktop.kill();
  still.kill();
  await db.end();
  await database.drop();
  await globalTeardown();
}
process.exit(0);

/** One crowd, from its first connection to its last byte. */
async function viewed(port: number, tickets: readonly string[]): Promise<{ rate: number; delayP99: number }> {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  const crowd = fork(CROWD, ['viewers', String(port), String(VIEWERS), String(mib), tickets.join(',')]);
  const [ms] = (await once(crowd, 'message')) as [number];
  await once(crowd, 'exit');
  delay.disable();
  return { rate: (VIEWERS * mib) / (ms / 1_000), delayP99: delay.percentile(99) / 1e6 - RESOLUTION_MS };
}

function piped(viewer: Socket, desktopSocket: Socket): void {
  viewer.on('error', () => desktopSocket.destroy());
  desktopSocket.on('error', () => viewer.destroy());
  viewer.pipe(desktopSocket).pipe(viewer);
}

async function listening(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

function spread({ min, max }: { readonly min: number; readonly max: number }): string {
  return `${min.toFixed(0)} .. ${max.toFixed(0)} MiB/s`;
}
