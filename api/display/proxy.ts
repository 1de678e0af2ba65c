// The way from a browser to a desktop: the upgrade at /workspaces/:id/display/session/websockify (facts/desktop.md 3.1).

import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { type WebSocket, WebSocketServer } from 'ws';
import { displayPassword, hashTicket } from '../../credentials/displayCredential.ts';
import { BerthError } from '../../domain/errors.ts';
import type { WorkspaceId } from '../../domain/ids.ts';
import { type ConsumedTicket, consumeTicket, type DisplaySession } from '../../store/displaySessions.ts';
import { recordClosed, recordingRefusal, recordOpened } from '../../store/displaySessionRecords.ts';
import { findWorkspace } from '../../store/workspaces.ts';
import type { ApiDependencies } from '../context.ts';
import type { EventHub } from '../eventHub.ts';
import { hasDisplay } from '../presentDisplay.ts';
import type { ControlAuthority } from './authority.ts';
import { type Desktop, type DesktopAddress, enterDesktop, networksOf } from './desktop.ts';
import { refuseUpgrade } from './refusal.ts';
import { checkUpgradeRequest, SUBPROTOCOL, takeUpgradeRequest } from './upgradeRequest.ts';
import { type Ending, Viewing } from './viewing.ts';
import { Viewings } from './viewings.ts';

export type DisplayProxyOptions = Pick<ApiDependencies, 'db' | 'events' | 'settings' | 'log'> & {
  readonly authority: ControlAuthority;
  /** Told of revoked sessions. */
  readonly sessionNews: EventHub;
};

export type DisplayProxy = { close(): Promise<void> };

/** The longest message that a client may send is far below; a clipboard may come in several. */
const MOST_MESSAGE_BYTES = 65_536;
/** Browsers cut no message of that size; whoever does must not make the pieces cost more than the message. */
const MOST_FRAGMENTS = 128;
/** Between two tries to record an end; Postgres may be away for a while. */
const RECORD_PAUSES_MS = [0, 1_000, 5_000, 15_000];

type Upgrade = { readonly request: IncomingMessage; readonly socket: Duplex; readonly head: Buffer };

/** Serves every upgrade of `server` from now on. */
export function startDisplayProxy(server: Server, options: DisplayProxyOptions): DisplayProxy {
  const { db, settings, log, authority, events, sessionNews } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    maxPayload: MOST_MESSAGE_BYTES,
    maxFragments: MOST_FRAGMENTS,
    perMessageDeflate: false,
    handleProtocols: () => SUBPROTOCOL,
  });
  const isMachine = networksOf(settings.DISPLAY_NETWORKS);
  const viewings = new Viewings({ db, authority, news: [events, sessionNews], most: settings.DISPLAY_VIEWERS_MAX });
  const recording = new Set<Promise<void>>();
  const closing = new AbortController();

  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    // Until it is a viewer's; a client that leaves before is nobody's trouble.
    socket.on('error', () => socket.destroy());
    open(request, socket, head).catch((error: unknown) => refuseUpgrade(socket, error, log));
  });

  async function open(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    const asked = takeUpgradeRequest(request);
    const { DISPLAY_SESSION_SIGNING_SECRET: secret, DISPLAY_ORIGINS: origins = [] } = settings;
    // Used up before anything else is looked at: it opens one connection, or none.
    const ticket =
      secret === undefined || asked.ticket === null ? null : await consumeTicket(db, hashTicket(secret, asked.ticket));
    const check = (): WorkspaceId => checkUpgradeRequest(asked, origins);
    if (ticket !== null)
      return recordingRefusal(db, ticket, 'session_open', async () =>
        admit(ticket, check(), { request, socket, head }),
      );
    check();
    throw new BerthError(secret === undefined ? 'DISPLAY_SESSION_UNAVAILABLE' : 'DISPLAY_TICKET_INVALID');
  }

  /** @param workspaceId whose display the address names. */
  async function admit(ticket: ConsumedTicket, workspaceId: WorkspaceId, upgrade: Upgrade): Promise<void> {
    if (!ticket.isGood || ticket.workspaceId !== workspaceId) throw new BerthError('DISPLAY_TICKET_INVALID');
    const address = await addressOf(ticket);
    const leave = viewings.takePlace(workspaceId);
    if (leave === null) throw new BerthError('DISPLAY_VIEWERS_LIMIT', { limit: settings.DISPLAY_VIEWERS_MAX });
    try {
      const password = displayPassword(settings.BERTH_SERVER_SECRET, workspaceId, ticket.generation);
      const desktop = await enterDesktop(address, password);
      try {
        // Before anything is seen: what can't be recorded is not shown.
        await recordOpened(db, ticket);
        view(ticket, await upgraded(upgrade), desktop, leave);
      } catch (error) {
        desktop.socket.destroy();
        remember(ticket, 'viewer_left', 0);
        throw error;
      }
    } catch (error) {
      leave();
      throw error;
    }
  }

  /** Where the display of the session's generation is, as that machine said. */
  async function addressOf({ tenantId, workspaceId, generation }: DisplaySession): Promise<DesktopAddress> {
    const row = await findWorkspace(db, tenantId, workspaceId);
    if (row === null || row.status !== 'online' || row.generation !== generation)
      throw new BerthError('DISPLAY_UNAVAILABLE', { status: row?.status ?? 'removed' });
    if (!hasDisplay(row)) throw new BerthError('DISPLAY_NOT_ENABLED');
    const address = row.report?.['display'] as DesktopAddress | undefined;
    if (address === undefined) throw new BerthError('DISPLAY_UNAVAILABLE', { status: 'starting' });
    if (!isMachine(address.host)) {
      log.warn({ workspace_id: workspaceId, host: address.host }, 'a display outside of DISPLAY_NETWORKS');
      throw new BerthError('DISPLAY_SERVER_DOWN');
    }
    return address;
  }

  const upgraded = ({ request, socket, head }: Upgrade): Promise<WebSocket> =>
    new Promise((resolve, reject) => {
      const gone = (): void => reject(new Error('the client left'));
      if (socket.destroyed) return gone();
      socket.once('close', gone);
      sockets.handleUpgrade(request, socket, head, (viewer) => {
        socket.off('close', gone);
        resolve(viewer);
      });
    });

  function view(session: DisplaySession, viewer: WebSocket, desktop: Desktop, leave: () => void): void {
    const startedAt = performance.now();
    const about = { workspace_id: session.workspaceId, session_id: session.id, role: session.role };
    const ended = (because: Ending, error?: unknown): void => {
      const durationMs = Math.round(performance.now() - startedAt);
      if (error === undefined) log.info({ ...about, because, duration_ms: durationMs }, 'a display session ended');
      else log.error({ ...about, err: error }, 'a display session failed');
      viewings.remove(session);
      leave();
      remember(session, because, durationMs);
    };
    const viewing = new Viewing({
      viewer,
      desktop,
      mayDrive: session.role === 'control' ? () => viewings.mayDrive(session) : null,
      idleMs: settings.DISPLAY_IDLE_SECONDS * 1_000,
      mostMs: settings.DISPLAY_SESSION_SECONDS * 1_000,
      ended,
    });
    viewings.add(session, viewing);
    // Nobody listened for its end while the viewer was let in.
    if (desktop.socket.destroyed) viewing.end('display_down');
  }

  function remember(session: DisplaySession, because: Ending, durationMs: number): void {
    const recorded = record(session, because, durationMs).finally(() => recording.delete(recorded));
    recording.add(recorded);
  }

  async function record(session: DisplaySession, because: Ending, durationMs: number): Promise<void> {
    for (const pauseMs of RECORD_PAUSES_MS) {
      await pause(pauseMs, undefined, { ref: false, signal: closing.signal }).catch(() => {});
      try {
        return await recordClosed(db, session, because, durationMs);
      } catch (err) {
        log.warn({ err, session_id: session.id }, 'the end of a display session could not be recorded');
      }
      if (closing.signal.aborted) return;
    }
  }

  return {
    async close() {
      viewings.close();
      // One more try for each: an end that waits for Postgres would wait for long.
      closing.abort();
      await Promise.all(recording);
    },
  };
}
