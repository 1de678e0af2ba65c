// One process of the stack: started, waited for until it says that it is ready, and ended for good.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, fstatSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export type PartOptions = {
  readonly name: string;
  /** What follows `node` on the command line. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The line of its output that says "ready"; its first group, where it has one, is the answer of `ready`. Without it: at once. */
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

/** A part that did not start, or ended by itself: what its message says is all that there is to know. */
export class PartFailed extends Error {
  override readonly name = 'PartFailed';
}

const READY_TIMEOUT_MS = 60_000;
/** On one machine nobody waits out a worker's whole drain (workers/worker.ts): what is cut off is made good by the next start. */
const STOP_GRACE_MS = 8_000;
const LOOK_AGAIN_MS = 20;
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
  // Straight into the file: a pipe to a parent that was killed would break the part while it ends what it started.
  const log = openSync(logFile, 'a');
  // What an earlier run of it said there is not this one's word.
  const logStart = fstatSync(log).size;
  const child = spawn(process.execPath, [...args], {
    cwd: ROOT,
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    // The channel is how a part learns that its parent is gone. Its own process group keeps Ctrl-C from reaching it twice.
    stdio: ['ignore', log, log, 'ipc'],
    detached: true,
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => {
    child.once('error', () => resolve());
    child.once('exit', () => resolve());
  });
  try {
    const told = readyLine === undefined ? '' : await untilReady(child, logFile, logStart, readyLine, readyTimeoutMs);
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
    const why = error instanceof Error ? error.message : String(error);
    throw new PartFailed(`${name} did not start (${why}).\n${await tail(logFile)}`, { cause: error });
  }
}

async function untilReady(
  child: ChildProcess,
  logFile: string,
  logStart: number,
  readyLine: RegExp,
  timeoutMs: number,
): Promise<string> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const hasEnded = child.exitCode !== null || child.signalCode !== null || child.pid === undefined;
    const match = readyLine.exec((await readFile(logFile)).subarray(logStart).toString());
    if (match !== null) return match[1] ?? match[0];
    if (hasEnded) throw new Error(`it ended with ${child.exitCode ?? child.signalCode ?? 'an error'}`);
    if (Date.now() > deadline) throw new Error(`not ready after ${timeoutMs / 1000} s`);
    await pause(LOOK_AGAIN_MS);
  }
}

async function end(child: ChildProcess, exited: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  send(child, signal);
  const force = setTimeout(() => send(child, 'SIGKILL'), STOP_GRACE_MS);
  await exited;
  clearTimeout(force);
}

/** A part that is killed takes what it runs along, as it can't end that any more; one that is asked ends it itself. */
function send(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  if (signal !== 'SIGKILL' || process.platform === 'win32') return void child.kill(signal);
  try {
    process.kill(-child.pid, signal);
  } catch {
    child.kill(signal);
  }
}

/** The last lines of a log, for the message of a failure. */
export async function tail(logFile: string): Promise<string> {
  const lines = (await readFile(logFile, 'utf8').catch(() => '')).trimEnd().split('\n');
  return lines.slice(-LOG_TAIL_LINES).join('\n');
}
