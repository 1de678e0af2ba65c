// The bytes of volumes and snapshots: folders, that survive detaching, snapshots and the emulator's restart.

import { constants, cpSync, existsSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

export class VolumeBytes {
  readonly #folder: string;

  constructor(dataDir: string) {
    this.#folder = dataDir;
  }

  folder(volumeId: string): string {
    return join(this.#folder, 'volumes', volumeId);
  }

  machineRoot(instanceId: string): string {
    return join(this.#folder, 'machines', instanceId);
  }

  /** A blank volume, or one with the contents of a snapshot. */
  create(volumeId: string, snapshotId?: string): void {
    mkdirSync(this.folder(volumeId), { recursive: true });
    if (snapshotId !== undefined && existsSync(this.#snapshot(snapshotId))) {
      copy(this.#snapshot(snapshotId), this.folder(volumeId));
    }
  }

  /** Takes the contents as they are now, and tells how many bytes they are. */
  snapshot(volumeId: string, snapshotId: string): number {
    mkdirSync(join(this.#folder, 'snapshots'), { recursive: true });
    if (existsSync(this.folder(volumeId))) copy(this.folder(volumeId), this.#snapshot(snapshotId));
    else mkdirSync(this.#snapshot(snapshotId), { recursive: true });
    return sizeOf(this.#snapshot(snapshotId));
  }

  /** What one volume holds now, into another. */
  copyVolume(from: string, to: string): void {
    mkdirSync(this.folder(to), { recursive: true });
    if (existsSync(this.folder(from))) copy(this.folder(from), this.folder(to));
  }

  removeVolume(volumeId: string): void {
    rmSync(this.folder(volumeId), { recursive: true, force: true });
  }

  removeSnapshot(snapshotId: string): void {
    rmSync(this.#snapshot(snapshotId), { recursive: true, force: true });
  }

  createMachine(instanceId: string): void {
    mkdirSync(this.#byId(instanceId), { recursive: true });
  }

  removeMachine(instanceId: string): void {
    rmSync(this.machineRoot(instanceId), { recursive: true, force: true });
  }

  /** How a guest finds an EBS volume on Nitro: by its serial (facts/ec2.md 1.6). */
  plug(volumeId: string, instanceId: string): void {
    this.unplug(volumeId, instanceId);
    this.createMachine(instanceId);
    symlinkSync(this.folder(volumeId), this.#device(volumeId, instanceId));
  }

  unplug(volumeId: string, instanceId: string): void {
    rmSync(this.#device(volumeId, instanceId), { force: true });
  }

  #snapshot(snapshotId: string): string {
    return join(this.#folder, 'snapshots', snapshotId);
  }

  #byId(instanceId: string): string {
    return join(this.machineRoot(instanceId), 'dev', 'disk', 'by-id');
  }

  #device(volumeId: string, instanceId: string): string {
    return join(this.#byId(instanceId), `nvme-Amazon_Elastic_Block_Store_${volumeId.replace('-', '')}`);
  }
}

/** Shares the blocks where the file system can, so that a copy costs next to nothing. */
const copy = (from: string, to: string): void =>
  cpSync(from, to, {
    recursive: true,
    preserveTimestamps: true,
    verbatimSymlinks: true,
    mode: constants.COPYFILE_FICLONE,
  });

const sizeOf = (path: string): number =>
  readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
