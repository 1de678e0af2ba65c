// CreateKeyPair, ImportKeyPair, DescribeKeyPairs, DeleteKeyPair: the private half is in CreateKeyPair's answer and nowhere else.

import { boolean, list, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { applyFilters, type FilterReaders, filterSchema } from '../filters.ts';
import { checkId } from '../ids.ts';
import type { KeyPair, Region } from '../region.ts';
import { tagSpecificationSchema, type Tags, tagsFor, tagXml } from '../tags.ts';
import { action, required, stopDryRun } from './action.ts';
import { importedFingerprint, type KeyType, makeKey, readPublicKey, typeOf } from './sshKeys.ts';

/** What launches look at, and what only these calls know. */
type Stored = KeyPair & { readonly keyPairId: string; readonly publicKey: string };

const MAX_NAME = 255;

export const createKeyPair = action(
  'CreateKeyPair',
  {
    KeyName: string,
    KeyType: string,
    KeyFormat: string,
    TagSpecification: tagSpecificationSchema,
    DryRun: boolean,
  },
  (region, input) => {
    const name = newName(region, input.KeyName);
    const type = keyType(input.KeyType ?? 'rsa');
    checkFormat(input.KeyFormat ?? 'pem');
    const tags = tagsFor(input.TagSpecification, 'key-pair');
    stopDryRun(input.DryRun);
    const { fingerprint, privateText, publicText } = makeKey(type);
    const keyPair = add(region, name, type, fingerprint, publicText, tags);
    return { ...madeXml(keyPair), keyMaterial: privateText };
  },
);

export const importKeyPair = action(
  'ImportKeyPair',
  { KeyName: string, PublicKeyMaterial: string, TagSpecification: tagSpecificationSchema, DryRun: boolean },
  (region, input) => {
    const name = newName(region, input.KeyName);
    // The protocol carries bytes in Base64.
    const text = Buffer.from(required(input.PublicKeyMaterial, 'PublicKeyMaterial'), 'base64').toString();
    const key = readPublicKey(text);
    const tags = tagsFor(input.TagSpecification, 'key-pair');
    stopDryRun(input.DryRun);
    return madeXml(add(region, name, typeOf(key), importedFingerprint(key), text.trim(), tags));
  },
);

const readers: FilterReaders<Stored> = {
  'key-pair-id': ({ keyPairId }) => [keyPairId],
  'key-name': ({ name }) => [name],
  fingerprint: ({ fingerprint }) => [fingerprint],
};

export const describeKeyPairs = action(
  'DescribeKeyPairs',
  {
    KeyName: list(string),
    KeyPairId: list(string),
    IncludePublicKey: boolean,
    Filter: filterSchema,
    DryRun: boolean,
  },
  (region, input) => {
    const all = keyPairs(region).sorted();
    for (const name of input.KeyName ?? []) {
      if (!all.some((each) => each.name === name)) throw notFound('key pair', name);
    }
    for (const id of input.KeyPairId ?? []) {
      checkId('key pair', id);
      if (!all.some((each) => each.keyPairId === id)) throw notFound('key pair ID', id);
    }
    const named = all.filter(
      ({ name, keyPairId }) =>
        (input.KeyName?.includes(name) ?? true) && (input.KeyPairId?.includes(keyPairId) ?? true),
    );
    const found = applyFilters(named, input.Filter, readers);
    stopDryRun(input.DryRun);
    return {
      keySet: found.map((keyPair) => ({
        ...madeXml(keyPair),
        keyType: keyPair.type,
        createTime: new Date(keyPair.createdAtMs),
        publicKey: input.IncludePublicKey === true ? keyPair.publicKey : undefined,
      })),
    };
  },
);

/** One that is not there is deleted just as well. */
export const deleteKeyPair = action(
  'DeleteKeyPair',
  { KeyName: string, KeyPairId: string, DryRun: boolean },
  (region, input) => {
    if (input.KeyName !== undefined && input.KeyPairId !== undefined) {
      throw new Ec2Error('InvalidParameterCombination', 'Specify either KeyName or KeyPairId, not both.');
    }
    if (input.KeyPairId !== undefined) checkId('key pair', input.KeyPairId);
    const wanted = required(input.KeyName ?? input.KeyPairId, 'KeyName');
    stopDryRun(input.DryRun);
    const keyPair = [...keyPairs(region).values()].find(({ name, keyPairId }) =>
      input.KeyName === undefined ? keyPairId === wanted : name === wanted,
    );
    if (keyPair !== undefined) keyPairs(region).delete(keyPair.id);
    return { return: true, keyPairId: keyPair?.keyPairId };
  },
);

/** The region's own table of them, of which launches see the part that they need. */
export const keyPairs = (region: Region) => region.world.store.table<Stored>(`${region.key}/ec2/key-pairs`);

function newName(region: Region, given: string | undefined): string {
  const name = required(given, 'KeyName');
  if (name === '' || name.length > MAX_NAME || !/^[\x20-\x7e]*$/.test(name)) {
    throw new Ec2Error('InvalidParameterValue', `A key pair's name is of 1 to ${MAX_NAME} ASCII characters`);
  }
  if (region.keyPairs.get(name) === undefined) return name;
  throw new Ec2Error('InvalidKeyPair.Duplicate', `The keypair '${name}' already exists.`);
}

function keyType(given: string): KeyType {
  if (given === 'rsa' || given === 'ed25519') return given;
  throw new Ec2Error('InvalidParameterValue', `Value (${given}) for parameter keyType is invalid.`);
}

function checkFormat(given: string): void {
  if (given === 'pem') return;
  if (given === 'ppk') throw new Ec2Error('UnsupportedOperation', 'The emulator makes keys in the format pem alone.');
  throw new Ec2Error('InvalidParameterValue', `Value (${given}) for parameter keyFormat is invalid.`);
}

function add(region: Region, name: string, type: KeyType, fingerprint: string, publicKey: string, tags: Tags): Stored {
  const keyPairId = region.newId('key pair');
  return keyPairs(region).put({
    id: name,
    keyPairId,
    name,
    type,
    fingerprint,
    publicKey,
    createdAtMs: region.nowMs,
    tags,
  });
}

const madeXml = ({ keyPairId, name, fingerprint, tags }: Stored) => ({
  keyPairId,
  keyName: name,
  keyFingerprint: fingerprint,
  tagSet: tagXml(tags),
});

const notFound = (what: string, name: string): Ec2Error =>
  new Ec2Error('InvalidKeyPair.NotFound', `The ${what} '${name}' does not exist`);
