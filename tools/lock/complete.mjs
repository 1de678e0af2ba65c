// Completes package-lock.json with the optional packages of other platforms, which npm leaves out where a partial registry
// does not have them; without them `npm ci` refuses the lock file on every platform. Usage: npm run lock

import { readFile, writeFile } from 'node:fs/promises';

const FILE = new URL('../../package-lock.json', import.meta.url);
const SYSTEMS = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'openharmony',
  'win32',
  'windows',
  'aix',
  'netbsd',
  'openbsd',
  'sunos',
];
const ARCHITECTURES = [
  'arm64',
  'arm',
  'x64',
  'ia32',
  'ppc64',
  'riscv64',
  's390x',
  'loong64',
  'mips64el',
  'wasm32',
  'universal',
];

const lock = JSON.parse(await readFile(FILE, 'utf8'));
/** @type {Record<string, any>} */
const packages = lock.packages;
let added = 0;
for (const [path, { optionalDependencies = {}, dev }] of Object.entries(packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (packages[`${path}/node_modules/${name}`] !== undefined || packages[`node_modules/${name}`] !== undefined)
      continue;
    const words = name.split(/[/-]/);
    const os = SYSTEMS.filter((system) => words.includes(system)).map((system) =>
      system === 'windows' ? 'win32' : system,
    );
    const cpu = ARCHITECTURES.filter((architecture) => words.includes(architecture));
    // One that is for every platform is really missing, and no guess of ours.
    if (os.length === 0 && cpu.length === 0) continue;
    const libc = words.some((word) => word.startsWith('musl'))
      ? ['musl']
      : words.some((word) => word.startsWith('gnu'))
        ? ['glibc']
        : [];
    packages[`node_modules/${name}`] = {
      version,
      ...(cpu.length > 0 ? { cpu } : {}),
      ...(dev ? { dev } : {}),
      ...(libc.length > 0 ? { libc } : {}),
      optional: true,
      ...(os.length > 0 ? { os } : {}),
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
await writeFile(FILE, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms added`);
