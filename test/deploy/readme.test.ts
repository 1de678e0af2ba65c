// The README keeps its word: its table is the settings, its five calls work, its files are there.

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { SETTINGS } from '../../config/settings.ts';
import { type Berth, startBerth } from '../support/berth.ts';

const run = promisify(execFile);
const ROOT = new URL('../../', import.meta.url);
const readme = await readFile(new URL('README.md', ROOT), 'utf8');

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth();
});
afterAll(() => berth.stop());

it('has every setting in its table, with its default', () => {
  const cells = (text: string) => text.replace(/ *\| */g, '|');
  for (const [name, [, fallback, purpose]] of Object.entries(SETTINGS)) {
    expect(cells(readme)).toContain(
      cells(`| \`${name}\` | ${fallback === undefined ? '' : `\`${fallback}\``} | ${purpose} |`),
    );
  }
});

it('links to files that are there', () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map((match) => match[1]!);
  expect(links.length).toBeGreaterThan(4);
  for (const link of links) expect([link, existsSync(new URL(link, ROOT))]).toEqual([link, true]);
});

it('shows five calls that work', async () => {
  const block = /```sh\n(# 1\. Create[\s\S]*?)```/.exec(readme)![1]!;
  expect(block.match(/^# \d\./gm)).toHaveLength(5);
  const env = { ...process.env, API: berth.apiUrl, ADMIN_TOKEN: berth.adminToken };
  const { stdout } = await run('bash', ['-c', `set -u\n${block}`], { env }).catch((error: { stdout: string }) => error);
  expect(stdout).toContain('WORKSPACE_ONLINE');
  expect(stdout).toContain('"compute":{');
  expect(stdout).toMatch(/"status":"online","paused":false/);
  expect(stdout).toContain('"status":"removed"');
});
