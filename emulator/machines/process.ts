// Boots the real sidecar as a child process with a folder and a metadata service of its own.

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DISPLAY_ADDRESS, isForSidecar, type MachineRuntime, type MachineSpec } from './runtime.ts';

const COMPILED = import.meta.url.endsWith('.js');

/** The sidecar as this module runs: compiled, or through tsx. */
function sidecarCommand(): string[] {
  const file = fileURLToPath(new URL(COMPILED ? '../../sidecar/main.js' : '../../sidecar/main.ts', import.meta.url));
  return [process.execPath, ...(COMPILED ? [] : ['--import', 'tsx']), file];
}

export const processMachines = ({
  command = sidecarCommand(),
}: {
  readonly command?: readonly string[];
} = {}): MachineRuntime => ({
  boot(machine) {
    if (!isForSidecar(machine.userData)) return { stop: async () => {} };
    const child = start(command, machine);
    let isStopped = false;
    const exited = new Promise<void>((resolve) => {
      child.once('error', (error) => {
        machine.log(`the machine's process can't be started: ${error.message}`);
        resolve();
        if (!isStopped) machine.ended('crash');
      });
      child.once('exit', (code, signal) => {
        machine.log(`the machine's process ended with ${code ?? signal}`);
        resolve();
        if (!isStopped) machine.ended(code === 0 ? 'shutdown' : 'crash');
      });
    });
    return {
      async stop() {
        isStopped = true;
        // A machine that is shut down is not asked twice; its sidecar has nothing to save in the emulator's time.
        child.kill('SIGKILL');
        await exited;
      },
    };
  },
});

function start([program = '', ...args]: readonly string[], machine: MachineSpec): ChildProcess {
  const child = spawn(program, args, {
    // Run where tsx can be found; the machine's own folder is in its environment.
    cwd: fileURLToPath(new URL(COMPILED ? '../../../' : '../../', import.meta.url)),
    env: {
      PATH: process.env['PATH'],
      HOME: process.env['HOME'],
      BERTH_MACHINE_ROOT: machine.root,
      BERTH_DISPLAY_ADDRESS: DISPLAY_ADDRESS,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: machine.metadataUrl,
    },
    // The channel ends the machine with the emulator, even where that one is killed.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  for (const output of [child.stdout!, child.stderr!]) createInterface(output).on('line', machine.log);
  return child;
}
