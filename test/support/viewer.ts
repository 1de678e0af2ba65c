// People at displays: sessions minted over HTTP, opened by a WebSocket as a browser's page does, and the desktop at the other end.

import type { IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import { inlineMachines } from '../../emulator/machines/inline.ts';
import type { MachineRuntime } from '../../emulator/machines/runtime.ts';
import { type Display, startDisplay } from '../../sidecar/display/display.ts';
import type { Berth } from './berth.ts';
import type { Answer } from './desktop.ts';
import { RfbClient, webSocketWire } from './rfbClient.ts';
import { until } from './until.ts';

export const ORIGIN = 'https://canvas.example';
/** With these a Berth of a test opens displays. */
export const DISPLAY_SETTINGS = {
  DISPLAY_SESSION_SIGNING_SECRET: 'the signing secret of a test, long enough',
  DISPLAY_ORIGINS: `https://other.example,${ORIGIN}`,
  HEARTBEAT_INTERVAL_SECONDS: '1',
};

/** Machines whose displays a test looks at from behind. */
export function displayMachines(): { readonly runtime: MachineRuntime; newest(): Display } {
  let display: Display | null = null;
  return {
    runtime: inlineMachines({ openDisplay: async (options) => (display = await startDisplay(options)) }),
    newest() {
      if (display === null) throw new Error('no machine has a display');
      return display;
    },
  };
}

export type Opening = {
  readonly origin?: string | null;
  readonly protocols?: readonly string[];
  readonly path?: string;
};

export type Viewer = {
  readonly socket: WebSocket;
  readonly client: RfbClient;
  /** Code and reason. */
  readonly closed: Promise<string>;
};

/** A socket that is open, and paused, or the status and code that it was refused with. */
export async function openSocket(
  berth: Berth,
  id: string,
  ticket: string,
  { origin = ORIGIN, protocols = ['binary', `molecule-display-token.${ticket}`], path }: Opening = {},
): Promise<WebSocket | string> {
  const url = `${berth.apiUrl.replace('http', 'ws')}${path ?? `/workspaces/${id}/display/session/websockify`}`;
  const socket = new WebSocket(url, [...protocols], origin === null ? {} : { origin });
  return new Promise((resolve, reject) => {
    socket.on('open', () => {
      // The server greets at once: nobody listens yet.
      socket.pause();
      resolve(socket);
    });
    socket.on('unexpected-response', (_, response: IncomingMessage) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve(`${response.statusCode} ${(JSON.parse(body) as { code: string }).code}`));
    });
    socket.on('error', reject);
  });
}

export const closingOf = (socket: WebSocket): Promise<string> =>
  new Promise((resolve) => {
    socket.on('close', (code, reason) => resolve(`${code} ${reason.toString()}`));
    socket.resume();
  });

/** Of what a session was answered with. */
export const ticketOf = (minted: Readonly<Record<string, unknown>>): string =>
  String(minted['session_url']).split('#token=')[1]!;

export function viewersOf(
  berth: Berth,
  call: (method: string, path: string, body?: unknown, token?: string) => Promise<Answer>,
) {
  const mint = (id: string, role: 'view' | 'control' = 'view', token?: string): Promise<Answer> =>
    call('POST', `/workspaces/${id}/display/session`, { role }, token);

  async function ticket(id: string, role?: 'view' | 'control', token?: string): Promise<string> {
    const { status, body } = await mint(id, role, token);
    if (status !== 200) throw new Error(`${status} ${JSON.stringify(body)}`);
    return ticketOf(body);
  }

  /** In, and past the handshake. */
  async function enter(id: string, withTicket: string): Promise<Viewer> {
    const socket = await openSocket(berth, id, withTicket);
    if (typeof socket === 'string') throw new Error(socket);
    const entered = RfbClient.enter(webSocketWire(socket), null);
    return { socket, closed: closingOf(socket), client: await entered };
  }

  return {
    mint,
    ticket,
    enter,
    /** Until its machine has said so. */
    async untilReady(id: string): Promise<void> {
      await until(
        () => call('GET', `/workspaces/${id}/display`),
        ({ body }) => body['status'] === 'ready',
      );
    },
    open: async (id: string, role?: 'view' | 'control', token?: string): Promise<Viewer> =>
      enter(id, await ticket(id, role, token)),
  };
}
