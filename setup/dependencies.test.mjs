// Packages are installed when they lack or are others than the lock file's, and never otherwise.

import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureDependencies } from './dependencies.mjs';

/** @type {string} */
let root;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'berth-dependencies-'));
  await lock('1.0.0');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const lock = (/** @type {string} */ version) =>
  writeFile(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {}, 'node_modules/tsx': { version } } }));

/** An npm that counts how often it is called. */
async function npm(exit = 0) {
  const file = join(root, 'npm');
  await writeFile(
    file,
    `#!/bin/sh\necho "$*" >> ${root}/calls\nmkdir -p ${root}/node_modules\necho 'npm error the reason' >&2\nexit ${exit}\n`,
  );
  await chmod(file, 0o755);
  return file;
}
const calls = async () => (await readFile(join(root, 'calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
/** @type {import('./progress.mjs').Progress} */
const quietly = (_, work) => work();

it('installs once for a lock file, and again for another', async () => {
  await ensureDependencies(root, quietly, await npm());
  await ensureDependencies(root, quietly, await npm());
  expect(await calls()).toEqual(['ci --no-audit --no-fund']);
  await lock('2.0.0');
  await ensureDependencies(root, quietly, await npm());
  expect(await calls()).toHaveLength(2);
});

it('takes what was installed by hand from the same lock file', async () => {
  await mkdir(join(root, 'node_modules', 'tsx'), { recursive: true });
  await writeFile(
    join(root, 'node_modules', '.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/tsx': { version: '1.0.0' } } }),
  );
  await ensureDependencies(root, quietly, await npm());
  expect(await calls()).toEqual([]);
});

it('installs over what was installed from another', async () => {
  await mkdir(join(root, 'node_modules', 'tsx'), { recursive: true });
  await writeFile(
    join(root, 'node_modules', '.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/tsx': { version: '0.9.0' } } }),
  );
  await ensureDependencies(root, quietly, await npm());
  expect(await calls()).toHaveLength(1);
});

it('says why npm failed, and tries again the next time', async () => {
  await expect(ensureDependencies(root, quietly, await npm(1))).rejects.toThrow(
    'npm ci failed with 1:\nnpm error the reason',
  );
  await ensureDependencies(root, quietly, await npm());
  expect(await calls()).toHaveLength(2);
});
