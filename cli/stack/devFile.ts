// .berth/dev.json: where a stack that runs can be found, so that scripts can drive it (design, section 10).

import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Stack } from './stack.ts';

export async function writeDevFile(folder: string, stack: Stack): Promise<string> {
  const file = join(folder, 'dev.json');
  const content = {
    api_url: stack.apiUrl,
    temporal_address: stack.temporalAddress,
    temporal_ui_url: stack.temporalUiUrl,
    emulator_url: stack.emulatorUrl,
    database_url: stack.databaseUrl,
    admin_token: stack.adminToken,
    pids: { ...stack.pids(), stack: process.pid },
  };
  await mkdir(folder, { recursive: true });
  await writeFile(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
  await rename(`${file}.new`, file);
  return file;
}

/** Leaves another stack's file alone. */
export async function removeDevFile(folder: string): Promise<void> {
  const file = join(folder, 'dev.json');
  const content = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as { pids?: { stack?: number } };
  if (content.pids?.stack === process.pid) await rm(file, { force: true });
}
