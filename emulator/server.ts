// The emulator: one HTTP server for the EC2 protocol, the machines' metadata and the control interface.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, realClock } from './clock.ts';
import { Capacity } from './control/capacity.ts';
import { Faults } from './control/faults.ts';
import { type Ledger, ledgerOf } from './control/ledger.ts';
import { answerControl, isControlPath } from './control/routes.ts';
import { Ec2Error } from './ec2/errors.ts';
import type { StateReason } from './ec2/instances.ts';
import { type Delays, Region } from './ec2/region.ts';
import { processMachines } from './machines/process.ts';
import type { MachineRuntime } from './machines/runtime.ts';
import { isMetadataPath, metadataPath, MetadataService } from './metadata/service.ts';
import { accountIdOf, type Caller, readCaller } from './protocols/credentials.ts';
import { answerQuery } from './protocols/ec2Query.ts';
import { errorXml } from './protocols/xml.ts';

export type EmulatorOptions = {
  readonly host?: string;
  /** 0 = any free one. */
  readonly port?: number;
  /** Where volumes and machines live. */
  readonly dataDir: string;
  readonly clock?: Clock;
  readonly delays?: Partial<Delays>;
  readonly machines?: MachineRuntime;
  readonly terminatedToken?: 'error' | 'instance';
};

export type EmulatorControl = {
  readonly faults: Faults;
  readonly capacity: Capacity;
  /** The next launch of the account goes from pending to terminated with this reason. */
  failLaunch(accessKeyId: string, region: string, reason: StateReason): void;
};

export type Emulator = {
  readonly url: string;
  readonly port: number;
  readonly control: EmulatorControl;
  /** Everything ever made, by one access key's account or by all. */
  ledger(accessKeyId?: string): Ledger;
  close(): Promise<void>;
};

/** Quick enough to watch, slow enough to see each state. */
const DELAYS: Delays = { pendingMs: 400, shuttingDownMs: 300, stoppingMs: 300, creatingVolumeMs: 50, attachingMs: 50 };
/** The largest request that EC2 takes is user data of 16 KB and some tags. */
const MAX_BODY_BYTES = 1_048_576;

export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const {
    host = '127.0.0.1',
    port = 0,
    dataDir,
    clock = realClock(),
    machines = processMachines(),
    terminatedToken = 'error',
  } = options;
  const delays = { ...DELAYS, ...options.delays };
  const faults = new Faults();
  const capacity = new Capacity();
  const regions = new Map<string, Region>();
  let url = '';

  function regionOf({ accountId, region: name }: Caller): Region {
    const key = `${accountId}/${name}`;
    const known = regions.get(key);
    if (known !== undefined) return known;
    const metadataUrl = (instanceId: string): string => `${url}${metadataPath(instanceId)}`;
    const region = new Region({
      accountId,
      name,
      dataDir,
      clock,
      delays,
      machines,
      capacity,
      metadataUrl,
      terminatedToken,
    });
    regions.set(key, region);
    return region;
  }
  const metadata = new MetadataService((instanceId) => {
    for (const region of regions.values()) {
      const instance = region.instances.get(instanceId);
      if (instance !== undefined) return { instance, accountId: region.options.accountId };
    }
    return undefined;
  });
  const ledger = (accountId?: string): Ledger => ledgerOf([...regions.values()], accountId);

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const target = new URL(request.url ?? '/', 'http://emulator');
    const xml = (status: number, body: string): void =>
      void response.writeHead(status, { 'content-type': 'text/xml;charset=UTF-8' }).end(body);
    if (isMetadataPath(target.pathname)) return metadata.handle(request, response, target.pathname);
    const body = await readBody(request);
    if (body === null) return xml(413, errorXml('RequestEntityTooLarge', 'The request is too large', 'none'));
    if (isControlPath(target.pathname)) {
      const answer = answerControl({ faults, capacity, ledger }, request.method ?? 'GET', target, body);
      return void response
        .writeHead(answer.status, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer.body));
    }
    try {
      const caller = readCaller(request.headers.authorization);
      const form = new URLSearchParams(request.method === 'GET' ? target.search : body);
      const answer = await answerQuery(regionOf(caller), form, faults);
      if (answer === null) return void request.socket.destroy();
      xml(answer.status, answer.body);
    } catch (error) {
      if (error instanceof Ec2Error) return xml(error.status, errorXml(error.code, error.message, 'none'));
      console.error(error);
      xml(500, errorXml('InternalError', 'The emulator met an error of its own', 'none'));
    }
  }

  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  url = `http://${host}:${bound}`;

  return {
    url,
    port: bound,
    control: {
      faults,
      capacity,
      failLaunch: (accessKeyId, region, reason) =>
        void regionOf({ accountId: accountIdOf(accessKeyId), region }).doomed.push(reason),
    },
    ledger: (accessKeyId) => ledger(accessKeyId === undefined ? undefined : accountIdOf(accessKeyId)),
    async close() {
      await Promise.all([...regions.values()].map((region) => region.close()));
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}
