// Fetches the official Temporal CLI, and takes it only if it is the very file that was released.

import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { fileInTar } from './tar.mjs';

const BASE = 'https://github.com/temporalio/cli/releases/download';
/** A network that drops packets must not keep an offline machine waiting. */
const FIRST_BYTE_MS = 4_000;
const STALL_MS = 10_000;

/** SHA-256 of the release's archives. */
const CHECKSUMS = {
  linux_amd64: 'd8421bda989e6514b4bdb4d63a9012a8a05a806892e881a5aad8510496349a94',
  linux_arm64: '83600a8fac6e3da54093e5da6918d399f501532b9f1172235603f9606f4ac6e4',
  darwin_amd64: '489d7f5420cae02b559774ac23df035141954c33a51dba96f5759a0ddccdf1b6',
  darwin_arm64: 'dacdc3587682c04cf27e67c8878ca2d755230b6ad63c0c6ebddd7348ae90ed94',
  windows_amd64: 'c845948aa4ab3b1a3643f9fea6d1cd691188bc31513de5f2dc5f7eceea25f22a',
  windows_arm64: 'da78339510b1f91a8212ff247940d3b1dd3022ccfa00add400359311f941697e',
};

/**
 * @typedef {object} Release Where it comes from, and how long it may keep us waiting.
 * @property {string} [base]
 * @property {string} [platform] `linux_amd64` and the like
 * @property {Readonly<Record<string, string>>} [checksums] by platform
 * @property {number} [firstByteMs]
 * @property {number} [stallMs]
 */

/**
 * Writes the binary to `target`. Throws a sentence where it can't be had.
 * @param {string} target
 * @param {string} version
 * @param {Release} [release]
 */
export async function downloadTemporal(
  target,
  version,
  {
    base = BASE,
    platform = platformName(),
    checksums = CHECKSUMS,
    firstByteMs = FIRST_BYTE_MS,
    stallMs = STALL_MS,
  } = {},
) {
  const expected = checksums[platform];
  if (expected === undefined) throw new Error(`there is no release for ${platform}`);
  const archive = await fetchWhole(
    `${base}/v${version}/temporal_cli_${version}_${platform}.tar.gz`,
    firstByteMs,
    stallMs,
  );
  const actual = createHash('sha256').update(archive).digest('hex');
  if (actual !== expected) throw new Error(`its checksum is ${actual}, not ${expected}`);
  const name = platform.startsWith('windows') ? 'temporal.exe' : 'temporal';
  const binary = fileInTar(gunzipSync(archive), name);
  if (binary === null) throw new Error(`the archive has no ${name}`);
  await writeFile(target, binary);
}

/** As the releases name them. */
export function platformName() {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const architecture = process.arch === 'x64' ? 'amd64' : process.arch;
  return `${system}_${architecture}`;
}

/**
 * @param {string} url
 * @param {number} firstByteMs
 * @param {number} stallMs
 */
async function fetchWhole(url, firstByteMs, stallMs) {
  const giveUp = new AbortController();
  const after = (/** @type {number} */ ms, /** @type {string} */ reason) =>
    setTimeout(() => giveUp.abort(new Error(reason)), ms);
  let timer = after(firstByteMs, 'the server does not answer');
  try {
    const response = await fetch(url, { signal: giveUp.signal });
    if (!response.ok || response.body === null) throw new Error(`the server answered ${response.status}`);
    const chunks = [];
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = after(stallMs, 'the server has stopped in the middle');
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? `: ${error.cause.message}` : '';
    throw new Error(`${error instanceof Error ? error.message : error}${cause}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
