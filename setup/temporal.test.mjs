// How Temporal is found on a machine: in order, never an unverified file, and one sentence where there is no way.

import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { findTemporal, VERSION } from './temporal.mjs';
import { downloadTemporal } from './temporalDownload.mjs';

/** @type {string} */
let home;
/** @type {string[]} */
let said;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'berth-setup-'));
  said = [];
});
afterEach(() => rm(home, { recursive: true, force: true }));

const script = (/** @type {string} */ version) =>
  `#!/bin/sh\necho "temporal version ${version} (Server 1.31.2, UI 2.50.1)"\n`;
const archive = gzipSync(tar('temporal_cli/temporal', Buffer.from(script(VERSION))));
const checksums = { linux_amd64: createHash('sha256').update(archive).digest('hex') };
const cacheFolder = () => join(home, '.cache', 'berth', 'temporal', VERSION);

/** A program that says it is that version. */
async function binary(/** @type {string} */ folder, /** @type {string} */ version, name = 'temporal') {
  return program(join(folder, name), script(version));
}

async function program(/** @type {string} */ file, /** @type {string} */ text) {
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, text);
  await chmod(file, 0o755);
  return file;
}

/** A Go that writes down where and how it was called, and makes what was asked for. */
async function go() {
  await mkdir(join(home, 'tools', 'temporal'), { recursive: true });
  return program(
    join(home, 'bin', 'go'),
    `#!/bin/sh
[ "$1" = version ] && exit 0
echo "$PWD $*" >> ${home}/called
while [ "$1" != "-o" ]; do shift; done
cat > "$2" <<'END'
${script(VERSION)}END
`,
  );
}

/**
 * A machine with nothing but what the test put into `bin`, and what a server gives.
 * @param {Record<string, string>} [env]
 * @param {Partial<import('./temporal.mjs').Places>} [places]
 */
const find = (env = {}, places = {}) =>
  findTemporal({
    env: { PATH: `${join(home, 'bin')}:/usr/bin:/bin`, HOME: home, ...env },
    root: home,
    progress: (_, work) => work(),
    say: (line) => said.push(line),
    platform: 'linux_amd64',
    // A port that no program listens on.
    release: { base: 'http://127.0.0.1:1', checksums },
    ...places,
  });

/**
 * @param {import('node:http').RequestListener} answer
 * @param {(base: string) => Promise<void>} use
 */
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

describe('what is there already', () => {
  it('a server that runs is used, and nothing is looked for', async () => {
    await binary(join(home, 'bin'), '1.9.0');
    expect(await find({ TEMPORAL_ADDRESS: 'somewhere:7233' })).toBeNull();
  });

  it('one on the PATH comes before the one of the cache', async () => {
    await binary(cacheFolder(), VERSION);
    expect(await find({ PATH: join(home, 'bin') })).toBe(join(cacheFolder(), 'temporal'));
    const onPath = await binary(join(home, 'bin'), '1.8.0');
    expect(await find()).toBe(onPath);
  });

  it.each(['0.13.0', '1.5.1', '1.7.9'])(
    '%s on the PATH is too old, and a newer one behind it is taken',
    async (old) => {
      await binary(join(home, 'bin'), old);
      const newer = await binary(join(home, 'newer'), '1.10.0');
      expect(await find({ PATH: `${join(home, 'bin')}:${join(home, 'newer')}` })).toBe(newer);
    },
  );

  it('one that does not run is passed over', async () => {
    await program(join(home, 'bin', 'temporal'), '#!/bin/sh\nexit 1\n');
    const cached = await binary(cacheFolder(), VERSION);
    expect(await find()).toBe(cached);
  });

  it('the cache is where the user and the platform want it', async () => {
    const cached = await binary(join(home, 'elsewhere', 'berth', 'temporal', VERSION), VERSION);
    expect(await find({ XDG_CACHE_HOME: join(home, 'elsewhere') })).toBe(cached);
    const onWindows = await binary(join(home, 'local', 'berth', 'temporal', VERSION), VERSION, 'temporal.exe');
    const env = { LOCALAPPDATA: join(home, 'local'), PATH: `${join(home, 'bin')};${join(home, 'more')}` };
    expect(await find(env, { platform: 'windows_amd64' })).toBe(onWindows);
  });
});

describe('what is not there', () => {
  it('is downloaded into the cache, before Go is asked, and found there the next time', async () => {
    await go();
    await served(
      (_, response) => response.end(archive),
      async (base) => {
        expect(await find({}, { release: { base, checksums } })).toBe(join(cacheFolder(), 'temporal'));
      },
    );
    expect(await find()).toBe(join(cacheFolder(), 'temporal'));
    expect(said).toEqual([]);
    await expect(readFile(join(home, 'called'))).rejects.toThrow('ENOENT');
  });

  it('is built from the pinned Go module where what was downloaded is another file', async () => {
    await go();
    await served(
      (_, response) => response.end(archive),
      async (base) => {
        await find({}, { release: { base, checksums: { linux_amd64: '0'.repeat(64) } } });
      },
    );
    expect(said).toEqual([expect.stringContaining('not fetched: ')]);
    expect(said[0]).toContain(`its checksum is ${checksums.linux_amd64}, not 000`);
    const called = await readFile(join(home, 'called'), 'utf8');
    expect(called).toContain(`${join(home, 'tools', 'temporal')} build -trimpath -ldflags -s -w -X`);
    expect(called).toContain(`internal/temporalcli.Version=${VERSION} -o ${cacheFolder()}`);
    expect(called).toMatch(/github\.com\/temporalio\/cli\/cmd\/temporal\n$/);
    expect(await readdir(cacheFolder())).toEqual(['temporal']);
  });

  it('is built by two at once without either taking what the other has not finished', async () => {
    await go();
    const target = join(cacheFolder(), 'temporal');
    expect(await Promise.all([find(), find()])).toEqual([target, target]);
    const outputs = (await readFile(join(home, 'called'), 'utf8')).match(/-o \S+/g) ?? [];
    expect(new Set(outputs).size).toBe(2);
    expect(await readdir(cacheFolder())).toEqual(['temporal']);
    expect(await readFile(target, 'utf8')).toBe(script(VERSION));
  });

  it('needs a person where the build fails, and the reason is shown', async () => {
    await program(
      join(home, 'bin', 'go'),
      '#!/bin/sh\n[ "$1" = version ] && exit 0\necho "no such module" >&2; exit 1\n',
    );
    await mkdir(join(home, 'tools', 'temporal'), { recursive: true });
    await expect(find()).rejects.toThrow('install the Temporal CLI');
    expect(said.join('\n')).toContain('no such module');
    expect(await readdir(cacheFolder())).toEqual([]);
  });

  it('needs a person where there is neither a network nor Go, who is told in one sentence what to install', async () => {
    await expect(find({ PATH: join(home, 'bin') })).rejects.toThrow(
      /^Temporal is not here .*: install the Temporal CLI 1\.8 or newer \(or Go 1\.26\), or set TEMPORAL_ADDRESS to a server that runs\.$/,
    );
  });
});

describe('the download', () => {
  const target = () => join(home, 'temporal');
  const download = (/** @type {string} */ base, /** @type {object} */ more = {}) =>
    downloadTemporal(target(), VERSION, { base, platform: 'linux_amd64', checksums, ...more });

  it('is unpacked when it is the very file that was released', async () => {
    /** @type {(string | undefined)[]} */
    const asked = [];
    await served(
      (request, response) => {
        asked.push(request.url);
        response.end(archive);
      },
      (base) => download(base),
    );
    expect(asked).toEqual([`/v${VERSION}/temporal_cli_${VERSION}_linux_amd64.tar.gz`]);
    expect(await readFile(target(), 'utf8')).toBe(script(VERSION));
  });

  it('is refused when it is another', async () => {
    await served(
      (_, response) => response.end(archive),
      (base) =>
        expect(download(base, { checksums: { linux_amd64: '0'.repeat(64) } })).rejects.toThrow('its checksum is'),
    );
    await expect(readFile(target())).rejects.toThrow('ENOENT');
  });

  it('gives up on a server that has it not, or is not there', async () => {
    await served(
      (_, response) => response.writeHead(404).end(),
      (base) => expect(download(base)).rejects.toThrow('the server answered 404'),
    );
    let gone = '';
    await served(
      () => {},
      async (base) => {
        gone = base;
      },
    );
    await expect(download(gone)).rejects.toThrow('fetch failed');
  });

  it('gives up on a server that never answers, and on one that stops in the middle', async () => {
    await served(
      () => {},
      (base) => expect(download(base, { firstByteMs: 50 })).rejects.toThrow('the server does not answer'),
    );
    await served(
      (_, response) => response.writeHead(200).flushHeaders(),
      (base) => expect(download(base, { firstByteMs: 50 })).rejects.toThrow('the server does not answer'),
    );
    await served(
      (_, response) => response.write(archive.subarray(0, 10)),
      (base) => expect(download(base, { stallMs: 50 })).rejects.toThrow('the server has stopped in the middle'),
    );
    await expect(readFile(target())).rejects.toThrow('ENOENT');
  });

  it('knows which platforms there are', async () => {
    await expect(downloadTemporal(target(), VERSION, { platform: 'plan9_mips' })).rejects.toThrow(
      'there is no release for plan9_mips',
    );
  });
});

/**
 * One file in a tar archive.
 * @param {string} name
 * @param {Buffer} content
 */
function tar(name, content) {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(content.length.toString(8).padStart(11, '0'), 124);
  header.write('0', 156);
  const padded = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  content.copy(padded);
  return Buffer.concat([header, padded, Buffer.alloc(1024)]);
}
