// The workspace's own token, kept on the machine's root volume so that a restarted sidecar need not register again.

import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const folder = (root: string): string => join(root, 'var', 'lib', 'berth');
const file = (root: string): string => join(folder(root), 'workspace-token');

/** Null where there is none yet. */
export const readToken = (root: string): Promise<string | null> =>
  readFile(file(root), 'utf8').then(
    (token) => token.trim() || null,
    () => null,
  );

/** Written whole or not at all, for root's eyes only. */
export async function keepToken(root: string, token: string): Promise<void> {
  await mkdir(folder(root), { recursive: true, mode: 0o700 });
  await writeFile(`${file(root)}.new`, `${token}\n`, { mode: 0o600 });
  await rename(`${file(root)}.new`, file(root));
}
