// Runs a command of Berth on a machine that may lack everything but Node: what is missing is fetched or built first.
// Usage: node setup/run.mjs <prepare|demo|dev|test|bench> [arguments]; Node's built-ins alone, as nothing else is there yet.

import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureDependencies } from './dependencies.mjs';
import { progress } from './progress.mjs';
import { findTemporal } from './temporal.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OLDEST_NODE = { major: 20, minor: 19 };

/** Command -> the module that runs it and what it is given before the caller's own arguments. */
const COMMANDS = {
  demo: ['cli/main.ts', 'demo'],
  dev: ['cli/main.ts', 'dev'],
  test: ['test/run.ts'],
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
  await ensureDependencies(ROOT, progress);
  if (program === null) return 0;
  const env = { ...process.env };
  const cli = await findTemporal({ env, root: ROOT, progress });
  if (cli !== null) env.BERTH_TEMPORAL_CLI = cli;
  return run(program, env);
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
    return [`bench/${name}.ts`, ...rest];
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
  // Ctrl-C reaches the child by itself, as it is of the same group; this process only must not end before it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code, signal) => resolve(code ?? (signal === null ? 1 : 130)));
  });
}

main().then(
  (code) => process.exit(code),
  (error) => {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  },
);
