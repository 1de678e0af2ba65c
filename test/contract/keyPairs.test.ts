// The keys that open instances (facts/ec2.md 1.11, SDK).

import { generateKeyPairSync, randomUUID } from 'node:crypto';
import {
  CreateKeyPairCommand,
  DeleteKeyPairCommand,
  DescribeKeyPairsCommand,
  ImportKeyPairCommand,
  type KeyPairInfo,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { codeOf } from './support/refusal.ts';
import { until } from './support/until.ts';

const aws = contract();

const NONE = 'berth-contract-no-such-key';
const remove = (KeyName: string) => aws.ec2.send(new DeleteKeyPairCommand({ KeyName }));
const named = async (KeyName: string): Promise<KeyPairInfo> =>
  (await aws.ec2.send(new DescribeKeyPairsCommand({ KeyNames: [KeyName] }))).KeyPairs![0]!;

/** Deleted after the test. */
function newName(): string {
  const name = `berth-contract-${randomUUID()}`;
  aws.make.litter.others.add(() => remove(name));
  return name;
}

const create = (KeyName = newName()) => aws.ec2.send(new CreateKeyPairCommand({ KeyName, KeyType: 'ed25519' }));
const imported = (text: string, KeyName = newName()) =>
  aws.ec2.send(new ImportKeyPairCommand({ KeyName, PublicKeyMaterial: Buffer.from(text) }));

/** As `ssh-keygen` writes it: the type and the 32 bytes, each with its length before it. */
function publicKey(): string {
  const { publicKey: key } = generateKeyPairSync('ed25519');
  const bytes = Buffer.from(key.export({ format: 'jwk' }).x!, 'base64url');
  const field = (content: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, content.length]), content]);
  return `ssh-ed25519 ${Buffer.concat([field(Buffer.from('ssh-ed25519')), field(bytes)]).toString('base64')}`;
}

const probe = () => [
  aws.ec2.send(new DescribeKeyPairsCommand({ KeyNames: [NONE] })),
  aws.ec2.send(new CreateKeyPairCommand({ KeyName: NONE, DryRun: true })),
  aws.ec2.send(new ImportKeyPairCommand({ KeyName: NONE, PublicKeyMaterial: Buffer.from('none'), DryRun: true })),
];

capability('key pairs', probe, (it) => {
  it('one that is made tells its private half once (SDK)', async () => {
    const made = await create();
    expect(made).toMatchObject({
      KeyPairId: expect.stringMatching(/^key-[0-9a-f]{17}$/),
      KeyFingerprint: expect.any(String),
      KeyMaterial: expect.stringMatching(/^-----BEGIN [A-Z ]*PRIVATE KEY-----\n/),
    });
    const seen = await until(
      'it is seen',
      () => named(made.KeyName!),
      () => true,
    );
    expect(seen).toMatchObject({ KeyPairId: made.KeyPairId, KeyFingerprint: made.KeyFingerprint, KeyType: 'ed25519' });
    expect(seen).not.toHaveProperty('KeyMaterial');
  });

  it('one can be brought along (SDK)', async () => {
    const { KeyName, KeyPairId } = await imported(publicKey());
    expect(
      await until(
        'it is seen',
        () => named(KeyName!),
        () => true,
      ),
    ).toMatchObject({ KeyPairId, KeyType: 'ed25519' });
    expect(await codeOf(imported('not a key'))).toBe('InvalidKey.Format');
  });

  it('a name is given once (1.11)', async () => {
    const { KeyName } = await create();
    expect(await codeOf(create(KeyName))).toBe('InvalidKeyPair.Duplicate');
    expect(await codeOf(imported(publicKey(), KeyName))).toBe('InvalidKeyPair.Duplicate');
  });

  it('an instance is launched with one, and says so (1.2)', async () => {
    const { KeyName } = await create();
    expect((await aws.make.launch({ KeyName })).KeyName).toBe(KeyName);
    expect((await aws.make.launch()).KeyName).toBeUndefined();
  });

  it('one that is deleted is not found, and can be deleted again (SDK)', async () => {
    const { KeyName } = await create();
    await remove(KeyName!);
    await until(
      'it is gone',
      () => codeOf(named(KeyName!)),
      (code) => code === 'InvalidKeyPair.NotFound',
    );
    await remove(KeyName!);
  });

  it('one that there is not is not found, at a launch as well (1.11)', async () => {
    expect(await codeOf(named(NONE))).toBe('InvalidKeyPair.NotFound');
    expect(await codeOf(aws.make.launch({ KeyName: NONE }))).toBe('InvalidKeyPair.NotFound');
  });
});
