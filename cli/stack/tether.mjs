// Runs a foreign program and ends it when its parent is gone, so that even a killed parent leaves nothing running.
// Usage: node tether.mjs <program> <arguments...>, spawned with an IPC channel.

import { spawn } from 'node:child_process';

/** After this long an end that was asked for is enforced. */
const FORCE_MS = 5_000;

const [program = '', ...args] = process.argv.slice(2);
const child = spawn(program, args, { stdio: ['ignore', 'inherit', 'inherit'] });

const end = () => {
  child.kill('SIGTERM');
  setTimeout(() => child.kill('SIGKILL'), FORCE_MS).unref();
};
process.on('disconnect', end);
// The parent may have gone before anybody listened.
if (process.connected === false) end();
process.on('SIGTERM', end);
// Ctrl-C reaches the whole group: the parent decides when this part ends.
process.on('SIGINT', () => {});

child.on('error', (error) => {
  console.error(error.message);
  process.exit(1);
});
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGTERM' ? 0 : 1)));
