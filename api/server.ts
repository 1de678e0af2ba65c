// Serves the app on a port, with its connections to Postgres and Temporal, until it is stopped.

import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { getRequestListener } from '@hono/node-server';
import { Client, Connection } from '@temporalio/client';
import type { Logger } from 'pino';
import { readCatalogue } from '../data/catalogue.ts';
import { CONTROL_CHANNEL } from '../store/controlLocks.ts';
import { SESSIONS_CHANNEL } from '../store/displaySessions.ts';
import { EVENTS_CHANNEL } from '../store/events.ts';
import { ORDERS_CHANNEL } from '../store/machineOrders.ts';
import { connect } from '../store/pool.ts';
import { createApp } from './app.ts';
import { temporalCommands } from './commands.ts';
import type { ApiSettings } from './context.ts';
import { temporalControl } from './controlCommands.ts';
import { recordedAuthority } from './display/authority.ts';
import { startDisplayProxy } from './display/proxy.ts';
import { startEventHub } from './eventHub.ts';
import { answerUnread, asResponse, READING } from './unread.ts';

export type RunningApi = { readonly url: string; stop(): Promise<void> };

/** Listens once this resolves. Temporal and Postgres may come later: until then requests that need them get a 503. */
export async function startApi(settings: ApiSettings, log: Logger): Promise<RunningApi> {
  const db = connect(settings.DATABASE_URL, {
    max: 20,
    onError: (err) => log.warn({ err }, 'a database connection was lost'),
  });
  const connection = Connection.lazy({ address: settings.TEMPORAL_ADDRESS });
  const client = new Client({ connection, namespace: settings.TEMPORAL_NAMESPACE });
  const events = await startEventHub(db, EVENTS_CHANNEL);
  const orders = await startEventHub(db, ORDERS_CHANNEL);
  const controlNews = await startEventHub(db, CONTROL_CHANNEL);
  const sessionNews = await startEventHub(db, SESSIONS_CHANNEL);
  const commands = temporalCommands(client, settings.TASK_QUEUE, settings.COMMAND_TIMEOUT_MS);
  const control = temporalControl(client, settings.TASK_QUEUE, settings.COMMAND_TIMEOUT_MS);
  const app = createApp({
    db,
    commands,
    control,
    events,
    orders,
    controlNews,
    catalogue: readCatalogue(),
    settings,
    log,
  });
  const listener = getRequestListener(app.fetch, { errorHandler: (error) => asResponse(error, log) });
  const server = createServer(READING, (request, response) => void listener(request, response));
  answerUnread(server, log);
  const authority = recordedAuthority({ db, controlNews });
  const displays = startDisplayProxy(server, { db, events, settings, log, authority, sessionNews });
  const drain = drainable(server);
  const port = await listenOn(server, settings.PORT, settings.HOST);
  const host = settings.HOST.includes(':') ? `[${settings.HOST}]` : settings.HOST;

  return {
    url: `http://${host}:${port}`,
    async stop() {
      // Streams end first: their clients resume elsewhere, and the server need not wait for them.
      await displays.close();
      await Promise.all([events, orders, controlNews, sessionNews].map((hub) => hub.close()));
      await drain();
      await connection.close();
      await db.end();
    },
  };
}

const listenOn = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });

/** How soon after the last answer its connection is closed. */
const LOOK_AGAIN_MS = 20;

/** Counts the requests under way, so that the end can wait for them and for nothing else. */
function drainable(server: Server): () => Promise<void> {
  const underWay = new Set<ServerResponse>();
  server.on('request', (_, response: ServerResponse) => {
    underWay.add(response);
    response.once('close', () => underWay.delete(response));
  });
  return async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    while (underWay.size > 0) await pause(LOOK_AGAIN_MS);
    // Clients keep connections for later; nobody waits for those.
    server.closeAllConnections();
    await closed;
  };
}
