// Runs one of Berth's commands as a person would, with a data folder of its own, and sees what of it is still running.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ownModule } from '../../cli/stack/part.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export type RunningCommand = {
  readonly child: ChildProcess;
  readonly dataDir: string;
  output(): string;
  until(line: RegExp): Promise<string>;
  readonly exited: Promise<number | NodeJS.Signals>;
  /** Commands of processes that were started for it and still run. */
  processes(): Promise<string[]>;
  cleanUp(): Promise<void>;
};

export async function runCommand(command: string): Promise<RunningCommand> {
  const dataDir = await mkdtemp(join(tmpdir(), `berth-${command}-`));
  // Neither the test's own server nor its AWS: a person has none of them set.
  const {
    TEMPORAL_ADDRESS: _,
    AWS_ACCESS_KEY_ID: __,
    AWS_SECRET_ACCESS_KEY: ___,
    DATABASE_URL: ____,
    ...env
  } = process.env;
  const child = spawn(process.execPath, [...ownModule('../main.ts'), command], {
    cwd: ROOT,
    env: { ...env, BERTH_DATA_DIR: dataDir, NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exited = new Promise<number | NodeJS.Signals>((resolve) =>
    child.once('close', (code, signal) => resolve(code ?? signal ?? 1)),
  );
  let hasExited = false;
  void exited.then(() => (hasExited = true));
  return {
    child,
    dataDir,
    exited,
    output: () => output,
    async until(line) {
      for (;;) {
        const match = line.exec(output);
        if (match !== null) return match[1] ?? match[0];
        if (hasExited) throw new Error(`it ended without ${String(line)}:\n${output}`);
        await pause(20);
      }
    },
    processes: () => processesWith(`BERTH_DATA_DIR=${dataDir}`),
    async cleanUp() {
      if (!hasExited) child.kill('SIGKILL');
      await exited;
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Linux shows each process's environment: whatever was started for this data folder carries its name. */
async function processesWith(setting: string): Promise<string[]> {
  const found: string[] = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [environment, command] = await Promise.all(
      ['environ', 'cmdline'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    );
    if (environment!.split('\0').includes(setting) && command !== '') found.push(command!.replaceAll('\0', ' ').trim());
  }
  return found;
}
