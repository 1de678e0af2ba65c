// From the start of the emulator's process, as production runs it, to the line that says that it listens.

import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startPart } from '../../cli/stack/part.ts';
import { type Figures, figuresOf } from '../figures.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export async function startToListening(folder: string, rounds: number): Promise<Figures> {
  execFileSync(process.execPath, ['build/build.mjs'], { cwd: ROOT, stdio: 'ignore' });
  const times: number[] = [];
  for (let round = -1; round < rounds; round++) {
    const startedAt = performance.now();
    const part = await startPart({
      name: 'emulator',
      args: ['dist/cli/main.js', 'emulator'],
      env: {},
      readyLine: /emulator listening on/,
      logFile: join(folder, `listening-${round}.log`),
    });
    // The first start reads the files from the disk.
    if (round >= 0) times.push(performance.now() - startedAt);
    await part.stop();
  }
  return figuresOf(times);
}
