// Holds an endpoint to the contract and ends with a table: which capabilities it has, lacks, or has broken.
// Usage: node --import tsx test/contract/report.ts [patterns of test files]; the endpoint is named by CONTRACT_ENDPOINT.

import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { noticesIn } from './support/notices.ts';

type Test = { readonly ancestorTitles: readonly string[]; readonly status: string };
type File = { readonly name: string; readonly message: string; readonly assertionResults: readonly Test[] };
type Row = { readonly capability: string; readonly verdict: 'have' | 'lack' | 'broken'; readonly detail: string };

const folder = await mkdtemp(join(tmpdir(), 'berth-contract-report-'));
try {
  const { code, files } = await runTests(folder);
  const rows = rowsOf(files, new Map(noticesIn(folder).map(({ capability, lack }) => [capability, lack])));
  print(rows);
  // Where nothing is had, nothing was held: that is no pass, but perhaps a wrong address.
  process.exitCode = code !== 0 || rows.every(({ verdict }) => verdict !== 'have') ? 1 : 0;
} finally {
  await rm(folder, { recursive: true, force: true });
}

async function runTests(reportDir: string): Promise<{ code: number; files: readonly File[] }> {
  const results = join(reportDir, 'results.json');
  const jest = createRequire(import.meta.url).resolve('jest/bin/jest');
  const run = spawn(
    process.execPath,
    [
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      '--disable-warning=NodeVersionSupportWarning',
      jest,
      '--config=test/contract/jest.config.mjs',
      '--json',
      `--outputFile=${results}`,
      ...process.argv.slice(2),
    ],
    { stdio: ['inherit', 'ignore', 'inherit'], env: { ...process.env, CONTRACT_REPORT_DIR: reportDir } },
  );
  const code = await new Promise<number>((resolve) => run.once('exit', (status) => resolve(status ?? 1)));
  const { testResults } = JSON.parse(await readFile(results, 'utf8')) as { testResults: readonly File[] };
  return { code, files: testResults };
}

function rowsOf(files: readonly File[], lacks: ReadonlyMap<string, string>): Row[] {
  return files
    .flatMap((file): Row[] => {
      if (file.assertionResults.length === 0) {
        return [{ capability: basename(file.name), verdict: 'broken', detail: 'its tests could not be loaded' }];
      }
      const names = new Set(file.assertionResults.map(({ ancestorTitles }) => ancestorTitles[0] ?? ''));
      return [...names].map((capability) => {
        const tests = file.assertionResults.filter(({ ancestorTitles }) => ancestorTitles[0] === capability);
        return rowOf(capability, tests, lacks.get(capability));
      });
    })
    .sort((a, b) => (a.capability < b.capability ? -1 : 1));
}

function rowOf(capability: string, tests: readonly Test[], lack: string | undefined): Row {
  const passed = tests.filter(({ status }) => status === 'passed').length;
  if (passed < tests.length) return { capability, verdict: 'broken', detail: `${passed} of ${tests.length} hold` };
  return lack === undefined
    ? { capability, verdict: 'have', detail: `all ${tests.length} hold` }
    : { capability, verdict: 'lack', detail: lack };
}

function print(rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ capability }) => capability.length));
  for (const { capability, verdict, detail } of rows) {
    console.log(`${capability.padEnd(width)}  ${verdict.padEnd(6)}  ${detail.slice(0, 100)}`);
  }
  const count = (wanted: Row['verdict']) => rows.filter(({ verdict }) => verdict === wanted).length;
  console.log(`${count('have')} have, ${count('lack')} lack, ${count('broken')} broken`);
}
