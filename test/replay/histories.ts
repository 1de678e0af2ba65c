// Histories of workflows as files: what is kept of one, and how it is read back.

import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type History, historyFromJSON, historyToJSON } from '@temporalio/common/lib/proto-utils.js';

const FOLDER = join(import.meta.dirname, 'histories');

export type Recorded = { readonly name: string; readonly workflowId: string; readonly history: History };

/**
 * Of the machine that they were recorded on nothing is kept: who carried out what, and where its files were. `sdkMetadata` stays:
 * its flags say by which of the SDK's own rules it went.
 */
const ELSEWHERE = ['identity', 'stackTrace', 'binaryChecksum', 'workerVersion', 'workerInstanceKey'];
/** A worker's own queue is named after its process and its machine. */
const STICKY = /^\d+@/;

type Json = { [name: string]: unknown };

export async function writeHistories(recorded: readonly Recorded[]): Promise<void> {
  await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  for (const { name, workflowId, history } of recorded) {
    const scrubbed = scrub(JSON.parse(historyToJSON(history)));
    await writeFile(join(FOLDER, `${name}.json`), `${JSON.stringify({ workflowId, history: scrubbed })}\n`);
  }
}

export async function readHistories(): Promise<Recorded[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith('.json')).toSorted();
  return Promise.all(
    files.map(async (file) => {
      const { workflowId, history } = JSON.parse(await readFile(join(FOLDER, file), 'utf8')) as Json;
      return {
        name: file.slice(0, -'.json'.length),
        workflowId: String(workflowId),
        history: historyFromJSON(history),
      };
    }),
  );
}

function scrub(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(scrub);
  if (typeof value === 'string') return STICKY.test(value) ? 'sticky' : value;
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([name]) => !ELSEWHERE.includes(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, scrub(inner)]));
}

/** The same for two histories in which the same has been done in the same order: one of them is enough. */
export function signatureOf(history: History): string {
  const events = (JSON.parse(historyToJSON(history)) as { events: Json[] }).events;
  const done = events.map((event) => {
    const attributes = Object.entries(event).find(([name]) => name.endsWith('EventAttributes'))?.[1];
    const { activityType, workflowType, signalName } = (attributes ?? {}) as Json;
    return JSON.stringify([event['eventType'], activityType, workflowType, signalName]);
  });
  return createHash('sha256')
    .update(done.filter((line) => !line.includes('WORKFLOW_TASK')).join('\n'))
    .digest('hex');
}
