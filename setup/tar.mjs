// Takes one file out of a tar archive in memory (POSIX ustar: 512-byte headers, sizes in octal).

const BLOCK = 512;

/**
 * The content of the first regular file of that base name, or null.
 * @param {Buffer} archive
 * @param {string} name
 * @returns {Buffer | null}
 */
export function fileInTar(archive, name) {
  for (let at = 0; at + BLOCK <= archive.length; ) {
    const header = archive.subarray(at, at + BLOCK);
    const path = text(header, 0, 100);
    if (path === '') return null;
    const size = Number.parseInt(text(header, 124, 12), 8);
    if (!Number.isFinite(size)) throw new Error('the archive is damaged');
    const type = String.fromCharCode(header[156] ?? 0);
    const content = archive.subarray(at + BLOCK, at + BLOCK + size);
    if ((type === '0' || type === '\0') && path.split('/').at(-1) === name) return content;
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return null;
}

/**
 * @param {Buffer} header
 * @param {number} start
 * @param {number} length
 */
const text = (header, start, length) =>
  header
    .subarray(start, start + length)
    .toString('latin1')
    .split('\0')[0]
    ?.trim() ?? '';
