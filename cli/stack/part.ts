// One process of the stack: started, waited for until it says that it is ready, and ended for good.

import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export type PartOptions = {
  readonly name: string;
  /** What follows `node` on the command line. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The line on stdout that says "ready"; its first group, where it has one, is the answer of `ready`. Without it: at once. */
  readonly readyLine?: RegExp;
  readonly logFile: string;
  readonly readyTimeoutMs?: number;
};

export type Part = {
  readonly name: string;
  readonly pid: number;
  /** What the ready line told. */
  readonly told: string;
  /** Settles when the process has ended, however it did. */
  readonly exited: Promise<void>;
  /** Asks it to end, and enforces it after a grace. */
  stop(): Promise<void>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
};

const READY_TIMEOUT_MS = 60_000;
/** Longer than a part's own orderly end takes (cli/lifetime.ts); a worker that is asked twice ends at once. */
const STOP_GRACE_MS = 8_000;
const LOG_TAIL_LINES = 15;

const COMPILED = import.meta.url.endsWith('.js');
const ROOT = fileURLToPath(new URL(COMPILED ? '../../../' : '../../', import.meta.url));

/** The arguments of node that run one of our own modules as this one runs: compiled, or through tsx. */
export const ownModule = (path: string): string[] => {
  const file = fileURLToPath(new URL(COMPILED ? path.replace(/\.ts$/, '.js') : path, import.meta.url));
  return COMPILED ? [file] : ['--import', 'tsx', file];
};

/** Throws with the end of the process's log where it does not become ready. */
export async function startPart(options: PartOptions): Promise<Part> {
  const { name, args, env = {}, readyLine, logFile, readyTimeoutMs = READY_TIMEOUT_MS } = options;
  const log = createWriteStream(logFile, { flags: 'a' });
  const child = spawn(process.execPath, [...args], {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    // The channel is how a part learns that its parent is gone. Its own process group keeps Ctrl-C from reaching it twice.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    detached: true,
  });
  child.stdout!.pipe(log, { end: false });
  child.stderr!.pipe(log, { end: false });
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  try {
    const told = readyLine === undefined ? '' : await untilReady(child, readyLine, readyTimeoutMs, exited);
    return {
      name,
      pid: child.pid!,
      told,
      exited,
      stop: () => end(child, exited, 'SIGTERM'),
      kill: () => end(child, exited, 'SIGKILL'),
    };
  } catch (error) {
    await end(child, exited, 'SIGKILL');
    throw new Error(
      `${name} did not start (${error instanceof Error ? error.message : error}).\n${await tail(logFile)}`,
      { cause: error },
    );
  }
}

function untilReady(child: ChildProcess, readyLine: RegExp, timeoutMs: number, exited: Promise<void>): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`not ready after ${timeoutMs / 1000} s`)), timeoutMs);
    let seen = '';
    child.stdout!.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      const match = readyLine.exec(seen);
      if (match === null) return;
      clearTimeout(timer);
      resolve(match[1] ?? match[0]);
    });
    void exited.then(() => {
      clearTimeout(timer);
      reject(new Error(`it ended with ${child.exitCode ?? child.signalCode ?? 'an error'}`));
    });
  });
}

async function end(child: ChildProcess, exited: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), STOP_GRACE_MS);
  await exited;
  clearTimeout(force);
}

/** The last lines of a log, for the message of a failure. */
export async function tail(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).trimEnd().split('\n');
  return lines.slice(-LOG_TAIL_LINES).join('\n');
}
