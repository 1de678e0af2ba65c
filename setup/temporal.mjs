// Finds a Temporal CLI, which carries the dev server: the first way that works, in the order of the design, section 9.

import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { access, chmod, constants, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { downloadTemporal, platformName } from './temporalDownload.mjs';

/** @typedef {import('./progress.mjs').Progress} Progress */
/**
 * @typedef {object} Places What a test puts in place of the machine's own.
 * @property {NodeJS.ProcessEnv} env
 * @property {string} root of the checkout
 * @property {Progress} progress
 * @property {(line: string) => void} [say] why a way did not work, before the next one is tried
 * @property {string} [platform] `linux_amd64` and the like
 * @property {Omit<import('./temporalDownload.mjs').Release, 'platform'>} [release]
 * @property {AbortSignal} [signal] ends a build that runs
 */
/** @typedef {Required<Omit<Places, 'signal'>> & Pick<Places, 'signal'>} Machine */

const run = promisify(execFile);

export const VERSION = '1.8.2';
/** Its server is the first that does what Berth is measured on (facts/temporal.md 1.7). */
const OLDEST = { major: 1, minor: 8 };
const BUILD_TIMEOUT_MS = 30 * 60_000;

/**
 * The path of a usable `temporal`, or null where TEMPORAL_ADDRESS names a server that runs already.
 * Throws one sentence that says what to do where there is no way.
 * @param {Places} places
 * @returns {Promise<string | null>}
 */
export async function findTemporal(places) {
  const machine = { say: console.error, platform: platformName(), release: {}, ...places };
  const { env } = machine;
  if (env.TEMPORAL_ADDRESS) return null;
  const onWindows = machine.platform.startsWith('windows');
  const binary = onWindows ? 'temporal.exe' : 'temporal';
  const onPath = await searchPath((env.PATH ?? '').split(onWindows ? ';' : ':'), binary);
  if (onPath !== null) return onPath;
  const folder = join(cacheFolder(env, onWindows), 'berth', 'temporal', VERSION);
  const cached = join(folder, binary);
  if (await isUsable(cached)) return cached;
  await mkdir(folder, { recursive: true });
  return (await download(machine, cached)) ?? (await build(machine, cached)) ?? noWay();
}

/**
 * @param {string[]} folders
 * @param {string} binary
 * @returns {Promise<string | null>}
 */
async function searchPath(folders, binary) {
  for (const folder of folders.filter(Boolean)) {
    const file = join(folder, binary);
    if (await isUsable(file)) return file;
  }
  return null;
}

/**
 * Runs, and is new enough.
 * @param {string} file
 */
async function isUsable(file) {
  try {
    await access(file, constants.X_OK);
    const { stdout } = await run(file, ['--version'], { timeout: 10_000 });
    const [, major, minor] = /version (\d+)\.(\d+)\./.exec(stdout) ?? [];
    if (major === undefined) return false;
    return Number(major) > OLDEST.major || (Number(major) === OLDEST.major && Number(minor) >= OLDEST.minor);
  } catch {
    return false;
  }
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {boolean} onWindows
 */
function cacheFolder(env, onWindows) {
  if (env.XDG_CACHE_HOME) return env.XDG_CACHE_HOME;
  if (onWindows && env.LOCALAPPDATA) return env.LOCALAPPDATA;
  return join(env.HOME ?? homedir(), '.cache');
}

/**
 * @param {Machine} machine
 * @param {string} target
 * @returns {Promise<string | null>}
 */
async function download({ progress, say, platform, release }, target) {
  const unfinished = unfinishedName(target);
  try {
    await progress(`Fetching Temporal ${VERSION}`, () =>
      downloadTemporal(unfinished, VERSION, { ...release, platform }),
    );
    return await finish(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    say(`  not fetched: ${error instanceof Error ? error.message : error}`);
    return null;
  }
}

/**
 * From a module of our own, so that go.sum pins every byte that is built.
 * @param {Machine} machine
 * @param {string} target
 * @returns {Promise<string | null>}
 */
async function build({ env, root, progress, say, signal }, target) {
  const hasGo = await run('go', ['version'], { env, timeout: 10_000 }).then(
    () => true,
    () => false,
  );
  if (!hasGo) return null;
  const unfinished = unfinishedName(target);
  const flags = `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${VERSION}`;
  const args = ['build', '-trimpath', '-ldflags', flags, '-o', unfinished, 'github.com/temporalio/cli/cmd/temporal'];
  try {
    await progress(`Building Temporal ${VERSION} with Go (about 5 minutes the first time)`, () =>
      run('go', args, {
        cwd: join(root, 'tools', 'temporal'),
        env,
        signal,
        timeout: BUILD_TIMEOUT_MS,
        maxBuffer: 2 ** 26,
      }),
    );
    return await finish(unfinished, target);
  } catch (error) {
    await rm(unfinished, { force: true });
    say(`  not built: ${error instanceof Error ? error.message.trim().split('\n').slice(-5).join('\n') : error}`);
    return null;
  }
}

/**
 * Whole or not at all, also where two of us build at once.
 * @param {string} unfinished
 * @param {string} target
 */
async function finish(unfinished, target) {
  await chmod(unfinished, 0o755);
  if (!(await isUsable(unfinished))) throw new Error('what came does not run on this machine');
  try {
    await rename(unfinished, target);
  } catch (error) {
    // Windows replaces no program that runs: the other one was first, and its file is as good.
    if (!(await isUsable(target))) throw error;
    await rm(unfinished, { force: true });
  }
  return target;
}

/**
 * In the same folder, as a rename is atomic only there; of nobody else, however many do this at once; and named so that Windows runs it.
 * @param {string} target
 */
const unfinishedName = (target) => join(dirname(target), `unfinished-${randomUUID()}.exe`);

/** @returns {never} */
function noWay() {
  throw new Error(
    'Temporal is not here and could be neither fetched nor built: install the Temporal CLI 1.8 or newer (or Go 1.26), or set TEMPORAL_ADDRESS to a server that runs.',
  );
}
