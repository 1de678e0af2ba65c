// Key pairs: made, imported, found and deleted, and what launches say of them.

import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  CreateKeyPairCommand,
  type CreateKeyPairCommandInput,
  DeleteKeyPairCommand,
  DescribeKeyPairsCommand,
  type DescribeKeyPairsCommandInput,
  type EC2Client,
  ImportKeyPairCommand,
} from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

let aws: TestEmulator;
let ec2: EC2Client;
beforeAll(async () => {
  aws = await aRunningEmulator();
});
afterAll(() => aws.close());
let account = 0;
beforeEach(() => {
  ec2 = aws.client(`keys-${account++}`);
});

const create = (KeyName: string, input: Partial<CreateKeyPairCommandInput> = {}) =>
  ec2.send(new CreateKeyPairCommand({ KeyName, KeyType: 'ed25519', ...input }));
const importKey = (KeyName: string, text: string) =>
  ec2.send(new ImportKeyPairCommand({ KeyName, PublicKeyMaterial: Buffer.from(text) }));
const pairs = async (input: DescribeKeyPairsCommandInput = {}) =>
  (await ec2.send(new DescribeKeyPairsCommand(input))).KeyPairs!;

// Made by ssh-keygen, fingerprints by openssl and ssh-keygen.
const RSA_LINE =
  'ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCLYwZ6zcpInGVbTGQFeQWUKynKgDMbyOJZerhI8qPmsy0INKNDzc7CwesxL4jPZT05qOTK57L6OgPL1YmV5Oftjk4TPFB7OfrVA2GF7a5IkFHL7U35wWnzPQIIZgl4uVDawEVFAcNSTrs25N0yZyfmxkNtxB0WO7B8CZLC1CkIA/pM5Ab57EdyfZkz0pc4dyHENJtVdn61SfgrGJMZF1IueTqGYZm1ELspGZJJCJ4NNZ3RjmgFm7KAYhYQWcrTvCjLx6VgWp3GwcGfMXg82BoG+QhNHtMRm2VgPW0DJUuTTRWMOMCm/UTWUIy2mbc76nfxAJhwIipfZYRe5P6ehHrF test';
const RSA_MD5 = '57:e8:87:59:03:24:63:57:77:c3:e5:fb:3e:5f:9d:bb';
const ED25519_LINE = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIO/bKTijbrK7erOjj17T4YI2Fm1TJFDF+/ineKr6hd9d test';
const ED25519_SHA256 = 'naoEELy1VqX6pUUyoaWVPzjwVVoTHFqUVQwlOQvPpVk=';

it('is RSA in PEM by default, and AWS keeps the public half alone', async () => {
  const { KeyMaterial, KeyFingerprint, KeyPairId } = await create('main', { KeyType: undefined });
  expect(KeyMaterial).toMatch(/^-----BEGIN RSA PRIVATE KEY-----\n/);
  const key = createPrivateKey(KeyMaterial!);
  expect(key.asymmetricKeyDetails!.modulusLength).toBe(2_048);
  const sha1 = createHash('sha1')
    .update(key.export({ type: 'pkcs8', format: 'der' }))
    .digest('hex');
  expect(KeyFingerprint!.replaceAll(':', '')).toBe(sha1);
  expect(await pairs()).toEqual([
    { KeyPairId, KeyName: 'main', KeyType: 'rsa', KeyFingerprint, CreateTime: new Date(aws.clock.now()), Tags: [] },
  ]);
  // The public half is that of the private one: imported, it has the fingerprint of the same key.
  const [{ PublicKey } = {}] = await pairs({ IncludePublicKey: true });
  await importKey('again', PublicKey!);
  const md5 = createHash('md5')
    .update(createPublicKey(key).export({ type: 'spki', format: 'der' }))
    .digest('hex');
  expect((await pairs({ KeyNames: ['again'] }))[0]!.KeyFingerprint!.replaceAll(':', '')).toBe(md5);
});

it('Ed25519 comes in the form that ssh reads', async () => {
  const { KeyMaterial, KeyFingerprint } = await create('small');
  const lines = KeyMaterial!.trimEnd().split('\n');
  expect([lines[0], lines.at(-1)]).toEqual([
    '-----BEGIN OPENSSH PRIVATE KEY-----',
    '-----END OPENSSH PRIVATE KEY-----',
  ]);
  const whole = Buffer.from(lines.slice(1, -1).join(''), 'base64');
  const [{ PublicKey } = {}] = await pairs({ IncludePublicKey: true });
  const blob = Buffer.from(PublicKey!.split(' ')[1]!, 'base64');
  expect(whole.subarray(0, 15).toString()).toBe('openssh-key-v1\0');
  expect(whole.includes(blob)).toBe(true);
  expect(KeyFingerprint).toBe(createHash('sha256').update(blob).digest('base64'));
});

it('an imported key has the fingerprint that other tools give it', async () => {
  expect((await importKey('rsa', RSA_LINE)).KeyFingerprint).toBe(RSA_MD5);
  expect((await importKey('ed25519', `${ED25519_LINE}\n`)).KeyFingerprint).toBe(ED25519_SHA256);
  expect((await pairs()).map(({ KeyName, KeyType }) => [KeyName, KeyType])).toEqual([
    ['ed25519', 'ed25519'],
    ['rsa', 'rsa'],
  ]);
});

it('the other forms of a public key are read, too', async () => {
  const base64 = RSA_LINE.split(' ')[1]!;
  const file = `---- BEGIN SSH2 PUBLIC KEY ----\nComment: "from \\\nelsewhere"\n${base64.match(/.{1,70}/g)!.join('\n')}\n---- END SSH2 PUBLIC KEY ----\n`;
  expect((await importKey('rfc4716', file)).KeyFingerprint).toBe(RSA_MD5);
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1_024 });
  await importKey('der', publicKey.export({ type: 'spki', format: 'der' }).toString('base64'));
  expect(await pairs({ KeyNames: ['der'] })).toMatchObject([{ KeyType: 'rsa' }]);
});

it('what is no key is refused, whatever it is', async () => {
  const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  for (const text of [der, `${RSA_LINE.slice(0, 100)}`, 'ssh-ed25519 AAAA', 'ssh-dss AAAAB3NzaC1kc3M=']) {
    expect(await codeOf(importKey('no', text))).toBe('InvalidKey.Format');
  }
  const refused = async (text: string) => {
    expect(await codeOf(importKey('no', text))).toBe('InvalidKey.Format');
  };
  await fc.assert(fc.asyncProperty(fc.string({ minLength: 1 }), refused), { seed: 7, numRuns: 50 });
  const cut = fc.integer({ min: 1, max: RSA_LINE.split(' ')[1]!.length - 8 });
  await fc.assert(
    fc.asyncProperty(cut, (length) => refused(`ssh-rsa ${RSA_LINE.split(' ')[1]!.slice(0, length)}`)),
    { seed: 7, numRuns: 50 },
  );
  expect(await pairs()).toEqual([]);
});

it('a name is taken once, and free again when it is deleted, which may be done as often as one likes', async () => {
  const { KeyPairId } = await create('main');
  expect(await codeOf(create('main'))).toBe('InvalidKeyPair.Duplicate');
  expect(await codeOf(importKey('main', RSA_LINE))).toBe('InvalidKeyPair.Duplicate');
  const remove = () => ec2.send(new DeleteKeyPairCommand({ KeyName: 'main' }));
  expect(await remove()).toMatchObject({ Return: true, KeyPairId });
  expect(await remove()).toMatchObject({ Return: true });
  const again = await create('main');
  expect(again.KeyPairId).not.toBe(KeyPairId);
  expect(await ec2.send(new DeleteKeyPairCommand({ KeyPairId: again.KeyPairId }))).toMatchObject({ Return: true });
  expect(await pairs()).toEqual([]);
});

it('a launch names one that there is', async () => {
  const KeyName = 'launch';
  expect(await codeOf(ec2.send(aLaunch({ KeyName })))).toBe('InvalidKeyPair.NotFound');
  await create(KeyName);
  expect((await ec2.send(aLaunch({ KeyName }))).Instances![0]!.KeyName).toBe(KeyName);
});

it('is found by name, id, fingerprint and tag', async () => {
  const Tags = [{ Key: 'team', Value: 'a' }];
  const one = await create('one', { TagSpecifications: [{ ResourceType: 'key-pair', Tags }] });
  const two = await create('two');
  const names = async (input: DescribeKeyPairsCommandInput) => (await pairs(input)).map(({ KeyName }) => KeyName);
  expect(await names({ KeyNames: ['two'] })).toEqual(['two']);
  expect(await names({ KeyPairIds: [one.KeyPairId!] })).toEqual(['one']);
  expect(await names({ Filters: [{ Name: 'fingerprint', Values: [two.KeyFingerprint!] }] })).toEqual(['two']);
  expect(await names({ Filters: [{ Name: 'tag:team', Values: ['a'] }] })).toEqual(['one']);
  expect(await names({ Filters: [{ Name: 'key-name', Values: ['t*'] }] })).toEqual(['two']);
  expect((await pairs({ KeyNames: ['one'] }))[0]!.Tags).toEqual(Tags);
});

it.each<[string, () => Promise<unknown>, string]>([
  ['no name', () => create(''), 'InvalidParameterValue'],
  ['a name of 256 letters', () => create('k'.repeat(256)), 'InvalidParameterValue'],
  ['a name that is not ASCII', () => create('ключ'), 'InvalidParameterValue'],
  ['a type that is none', () => create('k', { KeyType: 'dsa' as 'rsa' }), 'InvalidParameterValue'],
  ['the format of PuTTY', () => create('k', { KeyFormat: 'ppk' }), 'UnsupportedOperation'],
  ['a dry run', () => create('k', { DryRun: true }), 'DryRunOperation'],
  ['an unknown name', () => pairs({ KeyNames: ['nobody'] }), 'InvalidKeyPair.NotFound'],
  ['an unknown id', () => pairs({ KeyPairIds: ['key-00000000000000000'] }), 'InvalidKeyPair.NotFound'],
  ['no id at all', () => pairs({ KeyPairIds: ['main'] }), 'InvalidKeyPair.Malformed'],
  ['a deletion of nothing', () => ec2.send(new DeleteKeyPairCommand({})), 'MissingParameter'],
])('%s is refused', async (_, call, code) => {
  expect(await codeOf(call())).toBe(code);
  expect(await pairs()).toEqual([]);
});
