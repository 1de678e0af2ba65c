// What the endpoint lacks, told to who watches and to the report that runs the suite.

import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export type Notice = { readonly capability: string; readonly lack: string };

const fileIn = (folder: string): string => join(folder, 'lacking.jsonl');

export function note(notice: Notice): void {
  console.warn(`The endpoint lacks ${notice.capability} (${notice.lack}): its tests pass without being run.`);
  const folder = process.env['CONTRACT_REPORT_DIR'];
  if (folder !== undefined) appendFileSync(fileIn(folder), `${JSON.stringify(notice)}\n`);
}

export const noticesIn = (folder: string): Notice[] =>
  existsSync(fileIn(folder))
    ? readFileSync(fileIn(folder), 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Notice)
    : [];
