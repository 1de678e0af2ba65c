// Writes the README's table of settings anew from config/settings.ts: `node --import tsx tools/readme/settings.ts`.

import { readFile, writeFile } from 'node:fs/promises';
import { SETTINGS } from '../../config/settings.ts';

const README = new URL('../../README.md', import.meta.url);
const code = (text: string | undefined) => (text === undefined ? '' : `\`${text}\``);
const rows = Object.entries(SETTINGS).map(
  ([name, [, fallback, purpose]]) => `| ${code(name)} | ${code(fallback)} | ${purpose} |`,
);
const table = ['| name | default | what it is for |', '| --- | --- | --- |', ...rows].join('\n');

const readme = await readFile(README, 'utf8');
const heading = '## Configuration\n';
const start = readme.indexOf('\n| name ', readme.indexOf(heading)) + 1;
if (start === 0 || !readme.includes(heading))
  throw new Error(`${README.pathname} has no table under "${heading.trim()}"`);
const end = readme.indexOf('\n\n', start);
await writeFile(README, readme.slice(0, start) + table + readme.slice(end));
