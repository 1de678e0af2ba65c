// Packages are installed when they lack or are others than the lock file's, and never otherwise.

import { watch } from 'node:fs';
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
async function npm(exit = 0, says = 'npm error the reason') {
  const file = join(root, 'npm');
  await writeFile(
    file,
    `#!/bin/sh\necho "$*" >> ${root}/calls\nmkdir -p ${root}/node_modules\necho '${says}' >&2\nexit ${exit}\n`,
  );
  await chmod(file, 0o755);
  return file;
}
const calls = async () => (await readFile(join(root, 'calls'), 'utf8').catch(() => '')).split('\n').filter(Boolean);
/** @type {import('./progress.mjs').Progress} */
const quietly = (_, work) => work();

it('installs once for a lock file, and again for another', async () => {
  await ensureDependencies(root, quietly, { npm: await npm() });
  await ensureDependencies(root, quietly, { npm: await npm() });
  expect(await calls()).toEqual(['ci --no-audit --no-fund']);
  await lock('2.0.0');
  await ensureDependencies(root, quietly, { npm: await npm() });
  expect(await calls()).toHaveLength(2);
});

it('takes what was installed by hand from the same lock file', async () => {
  await mkdir(join(root, 'node_modules', 'tsx'), { recursive: true });
  await writeFile(
    join(root, 'node_modules', '.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/tsx': { version: '1.0.0' } } }),
  );
  await ensureDependencies(root, quietly, { npm: await npm() });
  expect(await calls()).toEqual([]);
});

it('installs over what was installed from another', async () => {
  await mkdir(join(root, 'node_modules', 'tsx'), { recursive: true });
  await writeFile(
    join(root, 'node_modules', '.package-lock.json'),
    JSON.stringify({ packages: { 'node_modules/tsx': { version: '0.9.0' } } }),
  );
  await ensureDependencies(root, quietly, { npm: await npm() });
  expect(await calls()).toHaveLength(1);
});

it('says why npm failed, and tries again the next time', async () => {
  await expect(ensureDependencies(root, quietly, { npm: await npm(1) })).rejects.toThrow(
    'npm ci failed with 1:\nnpm error the reason',
  );
  await ensureDependencies(root, quietly, { npm: await npm() });
  expect(await calls()).toHaveLength(2);
});

it('shows the end of what npm said where it names no error of its own', async () => {
  const killed = await npm(137, 'Out of memory: killed');
  await expect(ensureDependencies(root, quietly, { npm: killed })).rejects.toThrow(
    'npm ci failed with 137:\nOut of memory: killed',
  );
});

it('says that there is no npm where there is none', async () => {
  await expect(ensureDependencies(root, quietly, { npm: join(root, 'no-npm') })).rejects.toThrow(
    "npm can't be started",
  );
});

it('ends the installation with the process that began it', async () => {
  const pid = join(root, 'pid');
  await writeFile(join(root, 'npm'), `#!/bin/sh\necho $$ > ${pid}.new && mv ${pid}.new ${pid}\nexec sleep 60\n`);
  await chmod(join(root, 'npm'), 0o755);
  const appeared = new Promise((resolve) => {
    const watcher = watch(root, (_, name) => {
      if (name !== 'pid') return;
      watcher.close();
      resolve(null);
    });
  });
  const ending = new AbortController();
  const outcome = ensureDependencies(root, quietly, { npm: join(root, 'npm'), signal: ending.signal }).catch(String);
  await appeared;
  const child = Number(await readFile(pid, 'utf8'));
  expect(process.kill(child, 0)).toBe(true);
  ending.abort();
  expect(await outcome).toContain('aborted');
  await expect(readFile(join(root, 'node_modules', '.berth-lock'))).rejects.toThrow('ENOENT');
});
