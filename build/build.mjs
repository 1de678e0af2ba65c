// Makes what production runs: compiled code, the files that it reads, and the workflow bundle. Usage: npm run build

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
/** Read at run time, beside the module that reads it. */
const READ = ['store/migrations', 'data/ec2-instance-types.json', 'data/storage-prices.json', 'emulator/data'];

rmSync(DIST, { recursive: true, force: true });
const tsc = join(dirname(createRequire(import.meta.url).resolve('typescript/package.json')), 'bin', 'tsc');
execFileSync(process.execPath, [tsc, '-p', join(ROOT, 'tsconfig.build.json')], { stdio: 'inherit', cwd: ROOT });
for (const path of READ) {
  mkdirSync(dirname(join(DIST, path)), { recursive: true });
  cpSync(join(ROOT, path), join(DIST, path), { recursive: true });
}
// The compiled files are ES modules, wherever they are put.
writeFileSync(join(DIST, 'package.json'), '{ "type": "module" }\n');

const { bundleSource } = await import(new URL('../dist/workers/bundle.js', import.meta.url).href);
const { code } = await bundleSource();
writeFileSync(join(DIST, 'workers', 'workflow-bundle.js'), code);
console.log(`built dist/, with a workflow bundle of ${Math.round(code.length / 1024)} KiB`);
