// How Temporal is found on a machine: in order, never an unverified file, and one sentence where there is no way.

import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findTemporal, VERSION } from './temporal.mjs';
import { downloadTemporal } from './temporalDownload.mjs';

/** @type {string} */
let home;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'berth-setup-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const script = (/** @type {string} */ version) =>
  `#!/bin/sh\necho "temporal version ${version} (Server 1.31.2, UI 2.50.1)"\n`;

/** A program that says it is that version. */
async function binary(/** @type {string} */ folder, /** @type {string} */ version, name = 'temporal') {
  await mkdir(folder, { recursive: true });
  const file = join(folder, name);
  await writeFile(file, script(version));
  await chmod(file, 0o755);
  return file;
}

/** Nowhere to download from, and no Go: what is on the machine is all there is. */
const find = (/** @type {Record<string, string>} */ env) =>
  findTemporal({
    env: { PATH: join(home, 'bin'), HOME: home, ...env },
    root: home,
    progress: (_, work) => work(),
    downloadBase: 'http://127.0.0.1:9',
  });

it('a server that runs already is used, and nothing is looked for', async () => {
  expect(await find({ TEMPORAL_ADDRESS: 'somewhere:7233' })).toBeNull();
});

it('one on the PATH is taken if it is new enough, else the one of the cache', async () => {
  const cached = await binary(join(home, '.cache', 'berth', 'temporal', VERSION), VERSION);
  await binary(join(home, 'bin'), '1.5.1');
  expect(await find({})).toBe(cached);
  const newer = await binary(join(home, 'newer'), '1.9.0');
  expect(await find({ PATH: `${join(home, 'bin')}:${join(home, 'newer')}` })).toBe(newer);
});

it('the cache is where the user wants it', async () => {
  const cached = await binary(join(home, 'elsewhere', 'berth', 'temporal', VERSION), VERSION);
  expect(await find({ XDG_CACHE_HOME: join(home, 'elsewhere') })).toBe(cached);
});

it('Go builds it from the pinned module where it can not be fetched', async () => {
  await mkdir(join(home, 'bin'), { recursive: true });
  await mkdir(join(home, 'tools', 'temporal'), { recursive: true });
  // A Go that writes down where and how it was called, and makes what was asked for.
  const go = `#!/bin/sh
[ "$1" = version ] && exit 0
echo "$PWD $*" > ${home}/called
while [ "$1" != "-o" ]; do shift; done
cat > "$2" <<'END'
${script(VERSION)}END
`;
  await writeFile(join(home, 'bin', 'go'), go);
  await chmod(join(home, 'bin', 'go'), 0o755);
  const built = await find({ PATH: `${join(home, 'bin')}:/usr/bin:/bin` });
  expect(built).toBe(join(home, '.cache', 'berth', 'temporal', VERSION, 'temporal'));
  const called = await readFile(join(home, 'called'), 'utf8');
  expect(called).toContain(join(home, 'tools', 'temporal'));
  expect(called).toContain(`temporalcli.Version=${VERSION}`);
});

it('without any way it says what to install', async () => {
  await expect(find({})).rejects.toThrow('install the Temporal CLI 1.8 or newer (or Go 1.26), or set TEMPORAL_ADDRESS');
});

describe('the download', () => {
  const archive = gzipSync(tar('temporal_cli/temporal', Buffer.from(script(VERSION))));
  const checksums = { linux_amd64: createHash('sha256').update(archive).digest('hex') };

  /** @param {import('node:http').RequestListener} answer @param {(base: string) => Promise<void>} use */
  async function served(answer, use) {
    const server = createServer(answer);
    await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(null)));
    const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
    try {
      await use(`http://127.0.0.1:${port}`);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }
  const target = () => join(home, 'temporal');
  const download = (/** @type {string} */ base, sums = checksums) =>
    downloadTemporal(target(), VERSION, { base, platform: 'linux_amd64', checksums: sums });

  it('is unpacked when it is the very file that was released', async () => {
    await served(
      (request, response) => {
        expect(request.url).toBe(`/v${VERSION}/temporal_cli_${VERSION}_linux_amd64.tar.gz`);
        response.end(archive);
      },
      async (base) => {
        await download(base);
        expect(await readFile(target(), 'utf8')).toBe(script(VERSION));
      },
    );
  });

  it('is refused when it is another', async () => {
    await served(
      (_, response) => response.end(archive),
      async (base) => {
        await expect(download(base, { linux_amd64: '0'.repeat(64) })).rejects.toThrow('its checksum is');
        await expect(readFile(target())).rejects.toThrow('ENOENT');
      },
    );
  });

  it('gives up on a server that refuses, is not there, or never answers', async () => {
    await served(
      (_, response) => response.writeHead(404).end(),
      (base) => expect(download(base)).rejects.toThrow('404'),
    );
    await expect(download('http://127.0.0.1:9')).rejects.toThrow('fetch failed');
    const startedAt = Date.now();
    await served(
      () => {},
      (base) => expect(download(base)).rejects.toThrow('does not answer'),
    );
    expect(Date.now() - startedAt).toBeLessThan(10_000);
  });

  it('knows which platforms there are', async () => {
    await expect(downloadTemporal(target(), VERSION, { platform: 'plan9_mips' })).rejects.toThrow(
      'no release for plan9_mips',
    );
  });
});

/** One file in a tar archive. @param {string} name @param {Buffer} content */
function tar(name, content) {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(content.length.toString(8).padStart(11, '0'), 124);
  header.write('0', 156);
  const padded = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  content.copy(padded);
  return Buffer.concat([header, padded, Buffer.alloc(1024)]);
}
