// SSH keys as EC2 makes, reads and fingerprints them: RSA and Ed25519.

import { createHash, createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { Ec2Error } from '../errors.ts';

export type KeyType = 'rsa' | 'ed25519';

export type NewKey = { readonly fingerprint: string; readonly privateText: string; readonly publicText: string };

const RSA_BITS = 2_048;
const READABLE_RSA_BITS: readonly (number | undefined)[] = [1_024, 2_048, 4_096];

export function makeKey(type: KeyType): NewKey {
  if (type === 'rsa') {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: RSA_BITS });
    const digest = createHash('sha1').update(privateKey.export({ type: 'pkcs8', format: 'der' }));
    return {
      fingerprint: withColons(digest.digest('hex')),
      privateText: String(privateKey.export({ type: 'pkcs1', format: 'pem' })),
      publicText: publicLine(publicKey),
    };
  }
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return {
    fingerprint: sha256Of(publicKey),
    privateText: openSshPrivate(privateKey, publicKey),
    publicText: publicLine(publicKey),
  };
}

/** Of what is imported AWS has the public half alone: MD5 for RSA then, not SHA-1. */
export function importedFingerprint(key: KeyObject): string {
  if (typeOf(key) === 'ed25519') return sha256Of(key);
  return withColons(
    createHash('md5')
      .update(key.export({ type: 'spki', format: 'der' }))
      .digest('hex'),
  );
}

export const typeOf = (key: KeyObject): KeyType => (key.asymmetricKeyType === 'rsa' ? 'rsa' : 'ed25519');

/** An OpenSSH line, an RFC 4716 file, or DER in Base64. Throws InvalidKey.Format. */
export function readPublicKey(text: string): KeyObject {
  try {
    const key = parse(text.trim());
    if (key.asymmetricKeyType === 'ed25519') return key;
    if (key.asymmetricKeyType === 'rsa' && READABLE_RSA_BITS.includes(key.asymmetricKeyDetails?.modulusLength)) {
      return key;
    }
  } catch {
    // Whatever could not be read is refused in AWS's one way.
  }
  throw new Ec2Error('InvalidKey.Format', 'Key is not in valid OpenSSH public key format');
}

function parse(text: string): KeyObject {
  const line = /^(?:ssh-rsa|ssh-ed25519) +([A-Za-z0-9+/=]+)(?: .*)?$/.exec(text);
  if (line !== null) return fromBlob(Buffer.from(line[1]!, 'base64'));
  const file = /^---- BEGIN SSH2 PUBLIC KEY ----\r?\n([\s\S]*)---- END SSH2 PUBLIC KEY ----$/.exec(text);
  if (file !== null) {
    // A header goes on in the next line after a backslash.
    const body = file[1]!.replace(/^[^\n:]+:(?:[^\n]*\\\r?\n)*[^\n]*\n/gm, '');
    return fromBlob(Buffer.from(body, 'base64'));
  }
  return createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
}

/** RFC 4253, 6.6 and RFC 8709. */
function fromBlob(blob: Buffer): KeyObject {
  const [name, ...parts] = fields(blob);
  const [first = '', second = ''] = parts.map((part) => stripped(part).toString('base64url'));
  if (String(name) === 'ssh-rsa' && parts.length === 2) {
    return createPublicKey({ key: { kty: 'RSA', e: first, n: second }, format: 'jwk' });
  }
  if (String(name) === 'ssh-ed25519' && parts.length === 1) {
    const x = parts[0]!.toString('base64url');
    return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  }
  throw new RangeError('another kind of key');
}

function fields(blob: Buffer): Buffer[] {
  const found: Buffer[] = [];
  for (let at = 0; at < blob.length; ) {
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) throw new RangeError('a field goes on after the end');
    found.push(blob.subarray(at + 4, end));
    at = end;
  }
  return found;
}

const publicLine = (key: KeyObject): string => `ssh-${typeOf(key)} ${blobOf(key).toString('base64')}`;

function blobOf(key: KeyObject): Buffer {
  const { n = '', e = '', x = '' } = key.export({ format: 'jwk' });
  const parts = typeOf(key) === 'rsa' ? [positive(e), positive(n)] : [Buffer.from(x, 'base64url')];
  return Buffer.concat([Buffer.from(`ssh-${typeOf(key)}`), ...parts].map(field));
}

function field(content: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  return Buffer.concat([length, content]);
}

/** A number of SSH is signed: a leading bit would make it negative. */
function positive(number: string): Buffer {
  const bytes = Buffer.from(number, 'base64url');
  return bytes[0]! & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
}

const stripped = (bytes: Buffer): Buffer => (bytes[0] === 0 ? bytes.subarray(1) : bytes);

/** The openssh-key-v1 format without a passphrase: node writes Ed25519 keys in a form that ssh does not read. */
function openSshPrivate(privateKey: KeyObject, publicKey: KeyObject): string {
  const { d = '', x = '' } = privateKey.export({ format: 'jwk' });
  const publicBytes = Buffer.from(x, 'base64url');
  const check = randomBytes(4);
  const secret = Buffer.concat([
    check,
    check,
    field(Buffer.from('ssh-ed25519')),
    field(publicBytes),
    field(Buffer.concat([Buffer.from(d, 'base64url'), publicBytes])),
    field(Buffer.alloc(0)),
  ]);
  const padding = Buffer.from(Array.from({ length: (8 - (secret.length % 8)) % 8 }, (_, index) => index + 1));
  const keyCount = Buffer.from([0, 0, 0, 1]);
  const whole = Buffer.concat([
    Buffer.from('openssh-key-v1\0'),
    field(Buffer.from('none')),
    field(Buffer.from('none')),
    field(Buffer.alloc(0)),
    keyCount,
    field(blobOf(publicKey)),
    field(Buffer.concat([secret, padding])),
  ]);
  const lines = whole.toString('base64').match(/.{1,70}/g)!;
  return ['-----BEGIN OPENSSH PRIVATE KEY-----', ...lines, '-----END OPENSSH PRIVATE KEY-----', ''].join('\n');
}

const sha256Of = (key: KeyObject): string => createHash('sha256').update(blobOf(key)).digest('base64');

const withColons = (hex: string): string => hex.match(/../g)!.join(':');
