// Installs the packages when they are missing or are not those of the lock file.

import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** @typedef {import('./progress.mjs').Progress} Progress */

/** What was installed last, as the digest of its lock file. */
const STAMP = join('node_modules', '.berth-lock');
/** npm says first what is wrong, then how it is used; newer ones with `error`, older ones with `ERR!`. */
const NPM_ERROR = /^npm (error|ERR!)/;
const SHOWN_LINES = 15;

/**
 * Does nothing where they are there. Throws with what npm says where it fails.
 * @param {string} root
 * @param {Progress} progress
 * @param {{ npm?: string, signal?: AbortSignal }} [options]
 */
export async function ensureDependencies(root, progress, { npm = 'npm', signal } = {}) {
  const lock = await readFile(join(root, 'package-lock.json'));
  const digest = createHash('sha256').update(lock).digest('hex');
  const stamp = await readFile(join(root, STAMP), 'utf8').catch(() => '');
  if (stamp === digest) return;
  // Installed by hand with the same lock: npm keeps a copy of it, and there is nothing to do but to remember.
  if (stamp === '' && (await isInstalled(root, lock))) return writeFile(join(root, STAMP), digest);
  await progress('Installing the packages (npm ci)', () => runNpm(root, npm, signal));
  await writeFile(join(root, STAMP), digest);
}

/**
 * @param {string} root
 * @param {Buffer} lock
 */
async function isInstalled(root, lock) {
  try {
    await access(join(root, 'node_modules', 'tsx'));
    const installed = JSON.parse(await readFile(join(root, 'node_modules', '.package-lock.json'), 'utf8')).packages;
    /** @type {Record<string, { version?: string, optional?: boolean }>} */
    const wanted = JSON.parse(lock.toString()).packages;
    return Object.entries(wanted).every(
      ([path, { version, optional }]) => path === '' || optional === true || installed[path]?.version === version,
    );
  } catch {
    return false;
  }
}

/**
 * @param {string} root
 * @param {string} npm
 * @param {AbortSignal | undefined} signal
 * @returns {Promise<void>}
 */
function runNpm(root, npm, signal) {
  return new Promise((resolve, reject) => {
    const child = spawn(npm, ['ci', '--no-audit', '--no-fund'], {
      cwd: root,
      signal,
      stdio: ['ignore', 'pipe', 'pipe'],
      // npm is a script on Windows.
      shell: process.platform === 'win32',
      // Under `NODE_ENV=production` npm would leave out what runs the tests.
      env: { ...process.env, NODE_ENV: 'development' },
    });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => reject(new Error(`npm can't be started: ${error.message}`)));
    // Not `exit`: what it said may still be on the way then.
    child.once('close', (code, killedBy) => {
      if (code === 0) return resolve();
      const lines = output.trimEnd().split('\n');
      const errors = lines.filter((line) => NPM_ERROR.test(line)).slice(0, SHOWN_LINES);
      const shown = errors.length > 0 ? errors : lines.slice(-SHOWN_LINES);
      reject(new Error(`npm ci failed with ${code ?? killedBy}:\n${shown.join('\n')}`));
    });
  });
}
