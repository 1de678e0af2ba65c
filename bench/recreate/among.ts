// Creates and checkpoints one after the other: the same without a crowd of recreates and with one tell what it does to them.

import type { Berth } from '../../test/support/berth.ts';
import { type Operation, operationsOf } from '../../test/support/operations.ts';
import { type Figures, figuresOf } from '../figures.ts';
import { createdOnline, untilTaken } from '../untilTaken.ts';

/** Of each kind, at a pace at which none waits for the one before where nothing else goes on. */
const AMONG = 20;
const EVERY_MS = 1_500;
const ASKED_EVERY_MS = 100;

export type Among = { readonly creates: Figures; readonly checkpoints: Figures };

export async function homesToCopy(berth: Berth): Promise<readonly string[]> {
  const { online } = operationsOf(berth);
  const made = await Promise.all(Array.from({ length: AMONG }, () => online('to be copied')));
  return made.map(({ id }) => id);
}

/** One of each kind after the other, ms until it is online, or whole. */
export async function among(berth: Berth, homes: readonly string[]): Promise<Among> {
  const [creates, checkpoints]: Promise<number>[][] = [[], []];
  for (const id of homes) {
    creates!.push(timed(() => createdOnline(berth, 'among them')));
    checkpoints!.push(timed(() => runOperation(berth, id, 'checkpoint', ASKED_EVERY_MS)));
    await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
  }
  return {
    creates: figuresOf(await Promise.all(creates!)),
    checkpoints: figuresOf(await Promise.all(checkpoints!)),
  };
}

export async function runOperation(berth: Berth, id: string, command: string, everyMs: number): Promise<Operation> {
  const { operation_id } = await untilTaken<{ operation_id: string }>(berth, `/workspaces/${id}/${command}`, {});
  return operationsOf(berth).ended(id, operation_id, everyMs);
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
