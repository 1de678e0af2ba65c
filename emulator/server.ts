// The emulator: one HTTP server for AWS's services, the machines' metadata and the control interface.

import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AdjustableClock, realClock } from './clock.ts';
import type { Capacity } from './control/capacity.ts';
import type { Faults } from './control/faults.ts';
import { type Ledger, ledgerOf } from './control/ledger.ts';
import { controlRoutes } from './control/routes.ts';
import type { StateReason } from './ec2/instances.ts';
import { Throttle } from './ec2/limits/throttle.ts';
import { always, machineKinds } from './machines/kinds.ts';
import type { MachineRuntime } from './machines/runtime.ts';
import { metadataPath, MetadataService } from './metadata/service.ts';
import { accountIdOf } from './protocols/credentials.ts';
import { requestListener } from './requests.ts';
import type { Delays, EmulatorSettings, SettingsChange } from './settings.ts';
import { releaseWaiters } from './sqs/index.ts';
import { World } from './world.ts';

export type EmulatorOptions = {
  readonly host?: string;
  /** 0 = any free one. */
  readonly port?: number;
  /** Where volumes and machines live. */
  readonly dataDir: string;
  /** Whether the state is kept there, too, and read back. */
  readonly isKept?: boolean;
  readonly clock?: AdjustableClock;
  /** The same seed and the same calls make the same ids, prices and draws. */
  readonly seed?: string;
  readonly delays?: Partial<Delays>;
  /** What runs in the instances, whatever the settings say. */
  readonly machines?: MachineRuntime;
  readonly settings?: SettingsChange;
};

export type EmulatorControl = {
  readonly faults: Faults;
  readonly capacity: Capacity;
  /** The next launch of the account goes from pending to terminated with this reason. */
  failLaunch(accessKeyId: string, region: string, reason: StateReason): void;
  change(settings: SettingsChange): void;
};

export type Emulator = {
  readonly url: string;
  readonly port: number;
  readonly control: EmulatorControl;
  readonly settings: EmulatorSettings;
  /** Everything ever made, by one access key's account or by all. */
  ledger(accessKeyId?: string): Ledger;
  close(): Promise<void>;
};

export async function startEmulator(options: EmulatorOptions): Promise<Emulator> {
  const { host = '127.0.0.1', port = 0, dataDir, machines, delays, clock = realClock() } = options;
  let url = '';
  const world = new World({
    dataDir,
    isKept: options.isKept ?? false,
    clock,
    seed: options.seed ?? randomBytes(8).toString('hex'),
    settings: { ...options.settings, ...(delays === undefined ? {} : { delays }) },
    machines: machines === undefined ? machineKinds('process') : always(machines),
    metadataUrl: (instanceId) => `${url}${metadataPath(instanceId)}`,
    url: () => url,
  });
  const metadata = new MetadataService(world.clock, (instanceId) => {
    for (const region of world.regions()) {
      const instance = region.instances.get(instanceId);
      if (instance !== undefined) return { instance, region };
    }
    return undefined;
  });
  const ledger = (accountId?: string): Ledger => ledgerOf(world.regions(), accountId);
  const throttle = new Throttle(world.clock);
  const server = createServer(requestListener(world, throttle, metadata, controlRoutes(world, ledger)));
  // SDKs keep connections for longer than Node does by default, and would now and then use one that is just being closed.
  server.keepAliveTimeout = 65_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = (server.address() as AddressInfo).port;
  url = `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  world.resume();

  return {
    url,
    port: bound,
    control: {
      faults: world.faults,
      capacity: world.pools,
      failLaunch: (accessKeyId, region, reason) => world.region(accountIdOf(accessKeyId), region).doomNext(reason),
      change: (settings) => world.live.change(settings),
    },
    get settings() {
      return world.settings();
    },
    ledger: (accessKeyId) => ledger(accessKeyId === undefined ? undefined : accountIdOf(accessKeyId)),
    async close() {
      releaseWaiters(world.store);
      await world.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}
