// The machine's display: a desktop and its RFB server on a port of the private network, for the platform's proxy alone.

import { createServer, type AddressInfo, type Socket } from 'node:net';
import { readsBanner } from './banner.ts';
import { Screen } from './screen.ts';
import { serveViewer } from './viewer.ts';

export type DisplayOptions = {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly password: string;
  readonly host: string;
  /** 0 = any free one. */
  readonly port: number;
  readonly log: (line: string) => void;
};

/** What the machine has seen of its own display, with where it is. */
export type DisplayEvidence = {
  /** The desktop answers. */
  readonly x: boolean;
  /** The RFB server's banner was read. */
  readonly rfb: boolean;
  readonly host: string;
  readonly port: number;
};

export type Display = {
  readonly screen: Screen;
  evidence(): Promise<DisplayEvidence>;
  stop(): Promise<void>;
};
export type StartDisplay = (options: DisplayOptions) => Promise<Display>;

/** The proxy opens one for each viewer. */
const MOST_CONNECTIONS = 64;

/** Listens once this resolves. */
export const startDisplay: StartDisplay = async ({ width, height, password, host, port, log }) => {
  const screen = new Screen(width, height);
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    serveViewer(socket, screen, password, log);
  });
  server.maxConnections = MOST_CONNECTIONS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: listening } = server.address() as AddressInfo;
  log(`display of ${width}x${height} at ${host}:${listening}`);
  return {
    screen,
    evidence: async () => ({ x: true, rfb: await readsBanner(host, listening), host, port: listening }),
    stop() {
      for (const socket of open) socket.destroy();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
};
