// Runs the whole suite and ends with one line from jest's own figures: `N passed, N failed`.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

type Figures = {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numRuntimeErrorTestSuites: number;
};

const folder = await mkdtemp(join(tmpdir(), 'berth-jest-'));
const file = join(folder, 'figures.json');
const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
const args = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  // It comes with every release until we leave Node 20, and says nothing about the tests.
  '--disable-warning=NodeVersionSupportWarning',
  jest,
  '--json',
  `--outputFile=${file}`,
];

// Its JSON goes to the file and, as well, to stdout, where nobody wants it; what people read comes on stderr.
const run = spawn(process.execPath, [...args, ...process.argv.slice(2)], { stdio: ['inherit', 'ignore', 'inherit'] });
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => run.kill(signal));
process.on('disconnect', () => run.kill('SIGTERM'));
const code = await new Promise<number>((resolve) => {
  run.once('error', () => resolve(1));
  run.once('exit', (status) => resolve(status ?? 1));
});
const figures = await readFile(file, 'utf8').then(
  (text) => JSON.parse(text) as Figures,
  () => null,
);
await rm(folder, { recursive: true, force: true });

if (figures === null) {
  console.log('jest ended without its figures');
  console.log('0 passed, 1 failed');
  process.exit(1);
}
// A file that can't even be loaded has no tests to count, but has failed.
const failed = figures.numFailedTests + figures.numRuntimeErrorTestSuites;
const skipped = figures.numPendingTests > 0 ? `, ${figures.numPendingTests} skipped` : '';
console.log(`${figures.numPassedTests} passed, ${failed} failed${skipped}`);
process.exit(code !== 0 || failed > 0 || figures.numPassedTests === 0 ? 1 : 0);
