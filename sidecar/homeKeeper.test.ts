// The home on a machine as the emulator plays it: mounted, brought to rest, mounted again, each as often as it is ordered.

import { lstat, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HomeKeeper } from './homeKeeper.ts';
import { manifestOf } from './manifest.ts';

const SERIAL = '0123456789abcdef0';
const VOLUME = `vol-${SERIAL}`;

let folder: string;
let root: string;
let volume: string;
let lines: string[];
let stop: AbortController;
let keeper: HomeKeeper;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-keeper-'));
  [root, volume] = [join(folder, 'machine'), join(folder, 'volume')];
  await mkdir(volume);
  [lines, stop] = [[], new AbortController()];
  keeper = new HomeKeeper({ root, pollMs: 5, signal: stop.signal, log: (line) => lines.push(line) });
});
afterEach(async () => {
  stop.abort();
  await rm(folder, { recursive: true, force: true });
});

const devices = () => join(root, 'dev', 'disk', 'by-id');
const home = () => join(root, 'home', 'agent');
/** As the emulator does it: the device is a link to the volume's folder. */
async function attach(): Promise<void> {
  await mkdir(devices(), { recursive: true });
  await symlink(volume, join(devices(), `nvme-Amazon_Elastic_Block_Store_vol${SERIAL}`));
}
const detach = () => rm(join(devices(), `nvme-Amazon_Elastic_Block_Store_vol${SERIAL}`));
async function hook(name: string, script: string): Promise<void> {
  const hooks = join(root, 'etc', 'berth', 'quiesce.d');
  await mkdir(hooks, { recursive: true });
  await writeFile(join(hooks, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

it('waits for the volume, and mounts it once', async () => {
  const mounting = keeper.mount();
  await attach();
  expect(await mounting).toEqual({ volumeId: VOLUME, path: home() });
  expect(await keeper.mount()).toEqual(await mounting);
  await writeFile(join(home(), 'notes.txt'), 'kept');
  expect(await readFile(join(volume, 'notes.txt'), 'utf8')).toBe('kept');
});

it('at rest the home is not mounted, its writers have ended in their order, and its manifest is what was left', async () => {
  await attach();
  await keeper.mount();
  await hook('20-agent', `echo second >> ${home()}/log`);
  await hook('10-browser', `echo first >> ${home()}/log`);
  const left = await keeper.quiesce();
  expect(await readFile(join(volume, 'log'), 'utf8')).toBe('first\nsecond\n');
  expect(left).toEqual({ volumeId: VOLUME, manifest: await manifestOf(volume), cutOff: [] });
  await expect(lstat(home())).rejects.toThrow('ENOENT');
  // The order may come again, also after the volume has gone.
  await detach();
  expect(await keeper.quiesce()).toEqual(left);
  expect(await keeper.manifest()).toEqual(left);
});

it('a hook that fails, or is no program, is logged, and the next one runs', async () => {
  await attach();
  await keeper.mount();
  await hook('10-fails', 'exit 3');
  await writeFile(join(root, 'etc', 'berth', 'quiesce.d', '20-text'), 'nothing to run');
  await hook('30-runs', `touch ${home()}/ran`);
  expect(await keeper.quiesce()).toMatchObject({ manifest: { files: 1 }, cutOff: ['10-fails', '20-text'] });
  const told = lines.filter((line) => line.startsWith('quiesce hook'));
  expect(told).toEqual([
    expect.stringContaining('10-fails failed'),
    expect.stringContaining('20-text failed'),
    'quiesce hook 30-runs ended',
  ]);
});

it('what takes longer than there is time for is cut off and named, and the home is left all the same', async () => {
  await attach();
  await keeper.mount();
  await hook('10-lasts', 'exec sleep 60');
  await hook('20-late', `touch ${home()}/ran`);
  const left = await keeper.quiesce(200);
  expect(left).toEqual({ volumeId: VOLUME, manifest: await manifestOf(volume), cutOff: ['10-lasts', '20-late'] });
  expect(left.manifest.files).toBe(0);
  expect(await keeper.quiesce()).toEqual(left);
});

it('comes back after a rest, with what is on the volume then', async () => {
  await attach();
  await keeper.mount();
  const left = await keeper.quiesce();
  await keeper.mount();
  expect(await keeper.manifest()).toEqual(left);
  await writeFile(join(home(), 'more.txt'), 'more');
  expect((await keeper.manifest()).manifest).not.toEqual(left.manifest);
});

it('a freeze and a thaw may each come twice, also without a home', async () => {
  await keeper.freeze();
  await keeper.thaw();
  await attach();
  await keeper.mount();
  for (const _ of [1, 2]) await keeper.freeze();
  for (const _ of [1, 2]) await keeper.thaw();
  await keeper.freeze();
  expect((await keeper.quiesce()).volumeId).toBe(VOLUME);
});

it("forgets the browser's profile and nothing else", async () => {
  await attach();
  const profile = join(volume, '.config', 'google-chrome');
  await mkdir(profile, { recursive: true });
  await Promise.all([writeFile(join(profile, 'Cookies'), 'x'), writeFile(join(volume, 'work.txt'), 'y')]);
  await keeper.mount();
  await keeper.wipeBrowserProfile();
  await keeper.wipeBrowserProfile();
  await expect(lstat(profile)).rejects.toThrow('ENOENT');
  expect((await keeper.manifest()).manifest.files).toBe(1);
});

it('without a home there is nothing to look at or to wipe, and nothing was left', async () => {
  await expect(keeper.manifest()).rejects.toThrow('not mounted');
  await expect(keeper.quiesce()).rejects.toThrow('not mounted');
  await expect(keeper.wipeBrowserProfile()).rejects.toThrow('not mounted');
});

it('stops waiting when the machine stops', async () => {
  const mounting = keeper.mount();
  stop.abort();
  await expect(mounting).rejects.toThrow('abort');
});
