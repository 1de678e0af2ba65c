// The home: waits for its volume to be attached, puts a file system on a blank one, and mounts it at /home/agent (R87).

import { execFile } from 'node:child_process';
import { watch } from 'node:fs';
import { lstat, mkdir, readdir, readFile, readlink, realpath, rm, stat, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { wait } from './wait.ts';

/** The system's commands, as this process's environment finds them. */
const run = (file: string, args: readonly string[]): Promise<unknown> =>
  promisify(execFile)(file, args, { env: process.env });

export type MountedHome = { readonly volumeId: string; readonly path: string };

/** On Nitro the kernel's names are arbitrary; the serial in the link's name is the volume's id (facts/ec2.md 1.6). */
const EBS_LINK = /^nvme-Amazon_Elastic_Block_Store_vol([0-9a-f]+)$/;

/** Returns once the home is mounted; an attached home that can't be mounted throws. `root` is `/` on a real machine. */
export async function mountHome(root: string, pollMs: number, signal: AbortSignal): Promise<MountedHome> {
  const bootDisk = await bootDevice();
  for (;;) {
    const found = await findHome(root, bootDisk);
    if (found !== null) {
      const path = join(root, 'home', 'agent');
      await mount(found.device, path);
      return { volumeId: found.volumeId, path };
    }
    await changeOf(join(root, 'dev', 'disk', 'by-id'), pollMs, signal);
  }
}

/** Returns when the folder changes, at the latest after `mostMs`: a file system that tells of no changes is only looked at later. */
async function changeOf(folder: string, mostMs: number, signal: AbortSignal): Promise<void> {
  const look = new AbortController();
  const seen = new Promise<void>((resolve) => {
    try {
      watch(folder, { signal: look.signal, persistent: false }, () => resolve()).on('error', () => {});
    } catch {
      // No such folder before the first volume is there.
    }
  });
  try {
    await Promise.race([seen, wait(mostMs, AbortSignal.any([signal, look.signal]))]);
  } finally {
    look.abort();
  }
}

/** The attached EBS volume that the machine did not boot from; a machine has one home. */
async function findHome(root: string, bootDisk: string | null): Promise<{ volumeId: string; device: string } | null> {
  const folder = join(root, 'dev', 'disk', 'by-id');
  const names = await readdir(folder).catch(() => [] as string[]);
  for (const name of names.sort()) {
    const serial = EBS_LINK.exec(name)?.[1];
    if (serial === undefined) continue;
    const device = await realpath(join(folder, name));
    if (bootDisk === null || !bootDisk.startsWith(device)) return { volumeId: `vol-${serial}`, device };
  }
  return null;
}

/** The device that the machine booted from, `/dev/nvme0n1p1`; null where the system has no list of mounts. */
async function bootDevice(): Promise<string | null> {
  const mounts = await readFile('/proc/self/mounts', 'utf8').catch(() => '');
  const root = mounts.split('\n').find((line) => line.split(' ')[1] === '/');
  return root?.split(' ')[0] ?? null;
}

async function mount(device: string, path: string): Promise<void> {
  const kind = await stat(device);
  if (kind.isBlockDevice()) return mountBlockDevice(device, path);
  // The emulator's volumes are folders: linking one is its mount.
  if (kind.isDirectory()) return linkFolder(device, path);
  throw new Error(`${device} is neither a block device nor a folder`);
}

async function mountBlockDevice(device: string, path: string): Promise<void> {
  await mkdir(path, { recursive: true });
  const isMounted = await run('findmnt', ['-n', '--source', device, '--target', path]).then(
    () => true,
    () => false,
  );
  if (isMounted) return;
  // blkid exits with 2 where it finds nothing: only a volume that is really blank gets a file system.
  const isBlank = await run('blkid', ['-p', device]).then(
    () => false,
    (error: { code?: number }) => {
      if (error.code === 2) return true;
      throw error;
    },
  );
  if (isBlank) await run('mkfs.ext4', ['-q', '-L', 'berth-home', device]);
  // A volume that was grown has a file system of its old size; one that was not is left as it is.
  else await growFileSystem(device);
  await run('mount', ['-o', 'noatime', device, path]);
}

async function growFileSystem(device: string): Promise<void> {
  // Exits with 1 where it mended something, which is success.
  await run('e2fsck', ['-f', '-p', device]).catch((error: { code?: number }) => {
    if (error.code !== 1) throw error;
  });
  await run('resize2fs', [device]);
}

async function linkFolder(folder: string, path: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true });
  const existing = await lstat(path).catch(() => null);
  if (existing?.isSymbolicLink() && (await readlink(path)) === folder) return;
  await rm(path, { recursive: true, force: true });
  await symlink(folder, path);
}

/**
 * `look` reads the home, where it is then, as it will be left: on a real machine it is read-only meanwhile, so that nothing changes
 * after the look. `haveEnded`: all who had files of it open have ended within `withinMs`, nobody was cut off.
 */
export async function unmountHome<Result>(
  path: string,
  look: (where: string) => Promise<Result>,
  withinMs = Infinity,
): Promise<{ readonly result: Result; readonly haveEnded: boolean }> {
  if (await isFolderLink(path)) {
    const folder = await readlink(path);
    // Whoever writes by the mount point's name is cut off before the look, as by the read-only mount of a real machine.
    await unlink(path);
    try {
      return { result: await look(folder), haveEnded: true };
    } catch (error) {
      await symlink(folder, path);
      throw error;
    }
  }
  let haveEnded = await endWriters(path, withinMs);
  const cutOff = async (): Promise<void> => {
    haveEnded = false;
    await run('fuser', ['-k', '-M', '-m', path]).catch(() => {});
  };
  await run('sync', ['-f', path]);
  await run('mount', ['-o', 'remount,ro', path]).catch(async () => {
    // Refused while files are open for writing: their writers did not come to rest in their time.
    await cutOff();
    await run('mount', ['-o', 'remount,ro', path]);
  });
  const result = await look(path);
  await run('umount', [path]).catch(async () => {
    await cutOff();
    await run('umount', [path]);
  });
  return { result, haveEnded };
}

/** A browser that is told to end writes its profile first. */
const END_MS = 8_000;

/** Whoever still has files of the home open is asked to end, and waited for; who stays is cut off by the unmount. False = somebody stays. */
async function endWriters(path: string, withinMs: number): Promise<boolean> {
  await run('fuser', ['-k', '-TERM', '-M', '-m', path]).catch(() => {});
  for (const until = Date.now() + Math.min(END_MS, withinMs); Date.now() < until; ) {
    if (!(await isInUse(path))) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return !(await isInUse(path));
}

/** fuser fails where there is nobody. */
const isInUse = (path: string): Promise<boolean> =>
  run('fuser', ['-M', '-m', path]).then(
    () => true,
    () => false,
  );

/** Everything that was written is on the volume, and what is written from now on waits. Of a folder there is nothing to hold. */
export async function freezeHome(path: string): Promise<void> {
  await run('sync', ['-f', path]);
  if (!(await isFolderLink(path))) await run('fsfreeze', ['-f', path]);
}

export async function thawHome(path: string): Promise<void> {
  if (!(await isFolderLink(path))) await run('fsfreeze', ['-u', path]);
}

const isFolderLink = (path: string): Promise<boolean> =>
  lstat(path).then(
    (entry) => entry.isSymbolicLink(),
    () => false,
  );
