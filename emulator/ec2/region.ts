// The resources of one account in one region, and what moves them from state to state.

import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../clock.ts';
import type { Capacity } from '../control/capacity.ts';
import type { MachineRuntime, RunningMachine } from '../machines/runtime.ts';
import { Ec2Error } from './errors.ts';
import { type Instance, isOver, type StateReason } from './instances.ts';
import { TokenStore } from './tokens.ts';
import type { Attachment, Volume } from './volumes.ts';

/** How long each transition takes. */
export type Delays = {
  readonly pendingMs: number;
  readonly shuttingDownMs: number;
  readonly stoppingMs: number;
  readonly creatingVolumeMs: number;
  readonly attachingMs: number;
};

/** A terminated instance stays visible for about an hour (facts/ec2.md 1.4). */
const TOMBSTONE_MS = 3_600_000;

export type RegionOptions = {
  readonly accountId: string;
  readonly name: string;
  readonly dataDir: string;
  readonly clock: Clock;
  readonly delays: Delays;
  readonly machines: MachineRuntime;
  readonly capacity: Capacity;
  readonly metadataUrl: (instanceId: string) => string;
  /** What a repeat of a token answers once its instance is gone; both have been seen (facts/ec2.md 1.1). */
  readonly terminatedToken: 'error' | 'instance';
};

export class Region {
  readonly options: RegionOptions;
  /** What describe calls see. */
  readonly instances = new Map<string, Instance>();
  readonly volumes = new Map<string, Volume>();
  /** Everything ever made, in order. */
  readonly everything: ({ kind: 'instance'; resource: Instance } | { kind: 'volume'; resource: Volume })[] = [];
  readonly launchTokens = new TokenStore();
  readonly volumeTokens = new TokenStore();
  /** What the next launches die of instead of running. */
  readonly doomed: StateReason[] = [];
  readonly #machines = new Map<string, { readonly machine: RunningMachine; readonly log: string[] }>();
  readonly #consoles = new Map<string, string[]>();

  constructor(options: RegionOptions) {
    this.options = options;
  }

  get now(): Date {
    return new Date(this.options.clock.now());
  }

  addInstance(instance: Instance): void {
    this.instances.set(instance.id, instance);
    this.everything.push({ kind: 'instance', resource: instance });
    this.#consoles.set(instance.id, []);
    mkdirSync(join(this.machineRoot(instance), 'dev', 'disk', 'by-id'), { recursive: true });
    this.#start(instance);
  }

  #start(instance: Instance): void {
    instance.state = 'pending';
    const doom = this.doomed.shift();
    this.#after(this.options.delays.pendingMs, () => {
      if (instance.state !== 'pending') return;
      if (doom !== undefined) return this.#end(instance, doom, '');
      instance.state = 'running';
      this.#boot(instance);
    });
  }

  restart(instance: Instance): void {
    this.#start(instance);
  }

  /** Already so is success: each call to terminate succeeds (facts/ec2.md 1.5). */
  terminate(instance: Instance, reason: StateReason, transitionReason: string): void {
    if (isOver(instance)) return;
    instance.state = 'shutting-down';
    instance.stateReason = reason;
    instance.transitionReason = transitionReason;
    void this.#halt(instance).then(() =>
      this.#after(this.options.delays.shuttingDownMs, () => this.#end(instance, reason, transitionReason)),
    );
  }

  stop(instance: Instance, reason: StateReason): void {
    instance.state = 'stopping';
    instance.stateReason = reason;
    void this.#halt(instance).then(() =>
      this.#after(this.options.delays.stoppingMs, () => {
        if (instance.state === 'stopping') instance.state = 'stopped';
      }),
    );
  }

  #end(instance: Instance, reason: StateReason, transitionReason: string): void {
    Object.assign(instance, { state: 'terminated', stateReason: reason, transitionReason, endedAt: this.now });
    for (const device of instance.devices.splice(0)) {
      const volume = this.volumes.get(device.volumeId);
      if (volume === undefined) continue;
      this.#detached(volume);
      if (device.deleteOnTermination) this.deleteVolume(volume);
    }
    rmSync(this.machineRoot(instance), { recursive: true, force: true });
    this.#after(TOMBSTONE_MS, () => this.instances.delete(instance.id));
  }

  #boot(instance: Instance): void {
    const log = this.#consoles.get(instance.id)!;
    const machine = this.options.machines.boot({
      instanceId: instance.id,
      accountId: this.options.accountId,
      root: this.machineRoot(instance),
      metadataUrl: this.options.metadataUrl(instance.id),
      userData: instance.userData,
      log: (line) => void log.push(line),
    });
    this.#machines.set(instance.id, { machine, log });
  }

  async #halt(instance: Instance): Promise<void> {
    const running = this.#machines.get(instance.id);
    this.#machines.delete(instance.id);
    await running?.machine.stop();
  }

  addVolume(volume: Volume, attached: Attachment | null): void {
    this.volumes.set(volume.id, volume);
    this.everything.push({ kind: 'volume', resource: volume });
    mkdirSync(volume.folder, { recursive: true });
    if (attached !== null) {
      volume.attachment = attached;
      volume.state = 'in-use';
      return;
    }
    this.#after(this.options.delays.creatingVolumeMs, () => {
      if (volume.state === 'creating') volume.state = 'available';
    });
  }

  attach(volume: Volume, instance: Instance, device: string): Attachment {
    const attachment: Attachment = {
      instanceId: instance.id,
      device,
      attachedAt: this.now,
      // A volume attached after the launch is preserved by default (facts/ec2.md 1.6).
      deleteOnTermination: false,
      state: 'attaching',
    };
    volume.state = 'in-use';
    volume.attachment = attachment;
    instance.devices.push({
      device,
      volumeId: volume.id,
      deleteOnTermination: false,
      attachedAt: attachment.attachedAt,
    });
    this.#after(this.options.delays.attachingMs, () => {
      if (volume.attachment !== attachment || attachment.state !== 'attaching') return;
      attachment.state = 'attached';
      symlinkSync(volume.folder, this.#link(volume, instance));
    });
    return attachment;
  }

  detach(volume: Volume): Attachment {
    const attachment = volume.attachment!;
    const instance = this.instances.get(attachment.instanceId);
    attachment.state = 'detaching';
    if (instance !== undefined) {
      rmSync(this.#link(volume, instance), { force: true });
      instance.devices.splice(0, Infinity, ...instance.devices.filter((device) => device.volumeId !== volume.id));
    }
    this.#after(this.options.delays.attachingMs, () => {
      if (volume.attachment === attachment) this.#detached(volume);
    });
    return attachment;
  }

  #detached(volume: Volume): void {
    volume.attachment = null;
    if (volume.state === 'in-use') volume.state = 'available';
  }

  deleteVolume(volume: Volume): void {
    volume.state = 'deleted';
    volume.endedAt = this.now;
    this.volumes.delete(volume.id);
    rmSync(volume.folder, { recursive: true, force: true });
  }

  /** What the machine wrote to its console. */
  console(instanceId: string): string {
    return (this.#consoles.get(instanceId) ?? []).map((line) => `${line}\n`).join('');
  }

  machineRoot(instance: Instance): string {
    return join(this.options.dataDir, 'machines', instance.id);
  }

  volumeFolder(volumeId: string): string {
    return join(this.options.dataDir, 'volumes', volumeId);
  }

  /** Throws InsufficientInstanceCapacity where the pool was emptied. */
  checkCapacity(type: string, zone: string, market: string): void {
    if (!this.options.capacity.isEmpty(type, zone, market)) return;
    throw new Ec2Error(
      'InsufficientInstanceCapacity',
      `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}).`,
    );
  }

  async close(): Promise<void> {
    await Promise.all([...this.#machines.values()].map(({ machine }) => machine.stop()));
    this.#machines.clear();
  }

  /** How a guest finds an EBS volume on Nitro: by its serial (facts/ec2.md 1.6). */
  #link(volume: Volume, instance: Instance): string {
    const name = `nvme-Amazon_Elastic_Block_Store_${volume.id.replace('-', '')}`;
    return join(this.machineRoot(instance), 'dev', 'disk', 'by-id', name);
  }

  #after(ms: number, task: () => void): void {
    this.options.clock.schedule(this.options.clock.now() + ms, task);
  }
}
