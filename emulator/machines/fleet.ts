// What runs inside the instances: boots, halts and listens to their machines, and keeps their consoles.

import type { Instance } from '../ec2/instances.ts';
import type { Machines, Region } from '../ec2/region.ts';
import type { MachineRuntime, RunningMachine } from './runtime.ts';

/** A console keeps its newest lines, as EC2 keeps the newest 64 KB. */
const MAX_LINES = 1_000;

export type FleetOptions = {
  runtimeOf(kind: Instance['machine']): MachineRuntime;
  metadataUrl(instanceId: string): string;
  /** The machine shut itself down. */
  onShutdown(region: Region, instanceId: string): void;
  /** It is gone without having been asked to. */
  onCrash(region: Region, instanceId: string): void;
};

export class Fleet implements Machines {
  readonly #options: FleetOptions;
  readonly #running = new Map<string, RunningMachine>();
  readonly #halting = new Set<Promise<void>>();
  readonly #consoles = new Map<string, string[]>();

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  boot(region: Region, instance: Instance): void {
    const lines = this.#consoles.get(instance.id) ?? [];
    this.#consoles.set(instance.id, lines);
    region.world.bytes.createMachine(instance.id);
    const machine = this.#options.runtimeOf(instance.machine).boot({
      instanceId: instance.id,
      accountId: region.accountId,
      root: region.world.bytes.machineRoot(instance.id),
      metadataUrl: this.#options.metadataUrl(instance.id),
      userData: instance.userData === undefined ? null : Buffer.from(instance.userData, 'base64'),
      log(line) {
        lines.push(line);
        if (lines.length > MAX_LINES) lines.shift();
      },
      ended: (how) => {
        if (this.#running.get(instance.id) !== machine) return;
        this.#running.delete(instance.id);
        if (how === 'shutdown') this.#options.onShutdown(region, instance.id);
        else this.#options.onCrash(region, instance.id);
      },
    });
    this.#running.set(instance.id, machine);
  }

  /** Takes the power away; the machine is gone a moment later. */
  halt(instanceId: string): void {
    const machine = this.#running.get(instanceId);
    if (machine === undefined) return;
    this.#running.delete(instanceId);
    const halting = machine.stop().finally(() => this.#halting.delete(halting));
    this.#halting.add(halting);
  }

  reboot(region: Region, instance: Instance): void {
    this.halt(instance.id);
    this.boot(region, instance);
  }

  /** Its root goes with it once nothing writes there any more. */
  forget(region: Region, instanceId: string): void {
    this.halt(instanceId);
    this.#consoles.delete(instanceId);
    void Promise.all(this.#halting).then(() => region.world.bytes.removeMachine(instanceId));
  }

  console(instanceId: string): string {
    return (this.#consoles.get(instanceId) ?? []).map((line) => `${line}\n`).join('');
  }

  async close(): Promise<void> {
    for (const instanceId of this.#running.keys()) this.halt(instanceId);
    await Promise.all(this.#halting);
  }
}
