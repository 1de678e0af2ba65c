// Runs a command of Berth on a machine that may lack everything but Node: what is missing is fetched or built first.
// Usage: node setup/run.mjs <prepare|demo|dev|test|bench> [arguments]; Node's built-ins alone, as nothing else is there yet.

import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './dependencies.mjs';
import { progress } from './progress.mjs';
import { findTemporal } from './temporal.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_NODE = { major: 20, minor: 19 };
/** @type {NodeJS.Signals[]} */
const ENDING = ['SIGINT', 'SIGTERM'];

/** Command -> the module that runs it and what it is given before the caller's own arguments. */
const COMMANDS = {
  demo: ['cli/main.ts', 'demo'],
  dev: ['cli/main.ts', 'dev'],
  test: ['test/run.ts'],
  chaos: ['test/chaos/run.ts'],
  'replay:record': ['test/run.ts', '--testMatch', '**/test/replay/record.ts'],
};

async function main() {
  const [command = '', ...args] = process.argv.slice(2);
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE.major || (major === OLDEST_NODE.major && minor < OLDEST_NODE.minor)) {
    throw new Error(
      `Berth needs Node ${OLDEST_NODE.major}.${OLDEST_NODE.minor} or newer; this is ${process.versions.node}.`,
    );
  }
  const program = programOf(command, args);
  const cli = await prepare(program !== null);
  if (program === null) return 0;
  return run(program, cli === null ? process.env : { ...process.env, BERTH_TEMPORAL_CLI: cli });
}

/**
 * Makes what is missing; an install or a build that runs does not outlive this process.
 * @param {boolean} withTemporal
 * @returns {Promise<string | null>} the Temporal CLI, where one is needed
 */
async function prepare(withTemporal) {
  const ending = new AbortController();
  const end = (/** @type {NodeJS.Signals} */ signal) => {
    ending.abort();
    process.exit(exitCodeOf(signal));
  };
  for (const signal of ENDING) process.on(signal, end);
  try {
    await ensureDependencies(ROOT, progress, { signal: ending.signal });
    if (!withTemporal) return null;
    return await findTemporal({ env: process.env, root: ROOT, progress, signal: ending.signal });
  } finally {
    for (const signal of ENDING) process.off(signal, end);
  }
}

/**
 * What node is to run; null where all is done when the machine is prepared.
 * @param {string} command
 * @param {string[]} args
 * @returns {string[] | null}
 */
function programOf(command, args) {
  if (command === 'prepare') return null;
  if (command === 'bench') {
    const [name = '', ...rest] = args;
    if (!/^[a-z][A-Za-z]*$/.test(name))
      throw new Error('usage: npm run bench <name> [arguments]; the names are the files of bench/');
    const file = `bench/${name}.ts`;
    if (!existsSync(join(ROOT, file))) throw new Error(`there is no benchmark ${name}: no file ${file}`);
    return [file, ...rest];
  }
  const known = Object.hasOwn(COMMANDS, command) ? COMMANDS[/** @type {keyof typeof COMMANDS} */ (command)] : null;
  if (known === null) throw new Error(`usage: node setup/run.mjs <prepare|bench|${Object.keys(COMMANDS).join('|')}>`);
  return [...known, ...args];
}

/**
 * Runs it to its end and answers its exit code.
 * @param {string[]} program
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number>}
 */
function run(program, env) {
  // The channel tells the child when this process is gone, however it went.
  const child = spawn(process.execPath, ['--import', 'tsx', ...program], {
    cwd: ROOT,
    env,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  // At a terminal Ctrl-C reaches the whole group: the child has it already, and this process only must not end before it.
  process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGINT'));
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? exitCodeOf(signal)));
  });
}

/**
 * As a shell gives it for a program that a signal ended.
 * @param {NodeJS.Signals | null} signal
 */
const exitCodeOf = (signal) => (signal === null ? 1 : 128 + constants.signals[signal]);

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
