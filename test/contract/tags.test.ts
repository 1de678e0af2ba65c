// Tags: with the making and after it, their limits and how they are found (facts/ec2.md 1.2, 7, SDK).

import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import {
  CreateTagsCommand,
  DeleteTagsCommand,
  DescribeTagsCommand,
  DescribeVolumesCommand,
  type Tag,
} from '@aws-sdk/client-ec2';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { instance, snapshot, volume, volumeIn } from './support/looks.ts';
import { codeOf, oneOf } from './support/refusal.ts';
import { until } from './support/until.ts';

const aws = contract();

const NOBODY = 'i-0123456789abcdef0';
const create = (id: string, ...Tags: Tag[]) => aws.ec2.send(new CreateTagsCommand({ Resources: [id], Tags }));
const remove = (id: string, ...Tags: Tag[]) => aws.ec2.send(new DeleteTagsCommand({ Resources: [id], Tags }));
const manyTags = (count: number): Tag[] => Array.from({ length: count }, (_, n) => ({ Key: `key ${n}`, Value: 'any' }));

const byKey = (tags: Tag[] = []) => Object.fromEntries(tags.map(({ Key, Value }) => [Key, Value]));
/** A volume with these tags and no others. */
async function tagged(...Tags: Tag[]): Promise<string> {
  const TagSpecifications = Tags.length === 0 ? undefined : [{ ResourceType: 'volume' as const, Tags }];
  return (await aws.make.createVolume({ TagSpecifications })).VolumeId;
}
const tagsOf = async (id: string) => byKey((await volume(aws, id)).Tags);
const untilTagged = (id: string, tags: Record<string, string>) =>
  until(
    'the tags are so',
    () => tagsOf(id),
    (seen) => isDeepStrictEqual(seen, tags),
  );

const probe = () => [
  create(NOBODY, { Key: 'any', Value: 'any' }),
  remove(NOBODY, { Key: 'any' }),
  aws.ec2.send(new DescribeTagsCommand({ Filters: [{ Name: 'resource-id', Values: [NOBODY] }] })),
];

capability('tags', probe, (it) => {
  it('a launch tags its instance, its volumes and its interface with its making (1.2)', async () => {
    const key = randomUUID();
    const tags = (Value: string) => [{ Key: key, Value }];
    const launched = await aws.make.launchRunning({
      TagSpecifications: [
        { ResourceType: 'instance', Tags: tags('the instance') },
        { ResourceType: 'volume', Tags: tags('the volume') },
        { ResourceType: 'network-interface', Tags: tags('the interface') },
      ],
    });
    expect((await instance(aws, launched.InstanceId)).Tags).toEqual(tags('the instance'));
    expect((await volume(aws, launched.BlockDeviceMappings![0]!.Ebs!.VolumeId!)).Tags).toEqual(tags('the volume'));
    const find = () => aws.ec2.send(new DescribeTagsCommand({ Filters: [{ Name: 'key', Values: [key] }] }));
    const { Tags } = await until('they are listed', find, (answer) => answer.Tags!.length === 3);
    expect(Tags!.map(({ ResourceType, Value }) => `${ResourceType}: ${Value}`).sort()).toEqual([
      'instance: the instance',
      'network-interface: the interface',
      'volume: the volume',
    ]);
  });

  it('volumes and snapshots are tagged with their making (1.7)', async () => {
    const Tags = [{ Key: 'op-key', Value: randomUUID() }];
    const VolumeId = await tagged(...Tags);
    await volumeIn(aws, 'available', VolumeId);
    await untilTagged(VolumeId, byKey(Tags) as Record<string, string>);
    const { SnapshotId } = await aws.make.createSnapshot(VolumeId, {
      TagSpecifications: [{ ResourceType: 'snapshot', Tags }],
    });
    expect(
      (
        await until(
          'it is seen',
          () => snapshot(aws, SnapshotId),
          () => true,
        )
      ).Tags,
    ).toEqual(Tags);
  });

  it('a type of resource that the call does not make is refused (1.11)', async () => {
    const TagSpecifications = [{ ResourceType: 'snapshot' as const, Tags: [{ Key: 'any', Value: 'any' }] }];
    expect(await codeOf(aws.make.createVolume({ TagSpecifications }))).toBe('InvalidParameterValue');
    expect(await codeOf(aws.make.launch({ TagSpecifications }))).toBe('InvalidParameterValue');
  });

  it('they are added and overwritten, and a repeat changes nothing (1.1)', async () => {
    const id = await tagged({ Key: 'kept', Value: 'kept' }, { Key: 'changed', Value: 'before' });
    for (let n = 0; n < 2; n++) {
      await create(id, { Key: 'changed', Value: 'after' }, { Key: 'added', Value: 'now' });
      await untilTagged(id, { kept: 'kept', changed: 'after', added: 'now' });
    }
  });

  it('several resources are tagged in one call (SDK)', async () => {
    const ids = [await tagged(), await tagged()];
    await aws.ec2.send(new CreateTagsCommand({ Resources: ids, Tags: [{ Key: 'both', Value: 'yes' }] }));
    for (const id of ids) await untilTagged(id, { both: 'yes' });
  });

  it('a key’s case counts, and a value can be empty (SDK)', async () => {
    const id = await tagged({ Key: 'name', Value: 'small' }, { Key: 'Name', Value: 'large' });
    await create(id, { Key: 'empty', Value: '' }, { Key: 'none' });
    await untilTagged(id, { name: 'small', Name: 'large', empty: '', none: '' });
  });

  it('text of every kind comes back as it was sent (SDK)', async () => {
    const Value = `<a href="x">&amp; 'quoted' ünïcode 日本 + % %20 =/:@.-_`;
    const id = await tagged({ Key: 'note: ü & <x>', Value });
    await untilTagged(id, { 'note: ü & <x>': Value });
  });

  it('they are deleted by their keys; where a value is said, only if it is theirs (SDK)', async () => {
    const id = await tagged(
      { Key: 'by key', Value: 'any' },
      { Key: 'by value', Value: 'right' },
      { Key: 'kept', Value: 'another' },
      { Key: 'kept, too', Value: 'not empty' },
    );
    await remove(
      id,
      { Key: 'by key' },
      { Key: 'by value', Value: 'right' },
      { Key: 'kept', Value: 'wrong' },
      { Key: 'kept, too', Value: '' },
      { Key: 'never there' },
    );
    await untilTagged(id, { kept: 'another', 'kept, too': 'not empty' });
  });

  it('without any that are named, all of a resource are deleted (SDK)', async () => {
    const id = await tagged({ Key: 'one', Value: '1' }, { Key: 'two', Value: '2' });
    await aws.ec2.send(new DeleteTagsCommand({ Resources: [id] }));
    await untilTagged(id, {});
  });

  it('they are listed by resource, type, key and value (SDK)', async () => {
    const value = randomUUID();
    const id = await tagged({ Key: 'listed', Value: value });
    const find = async (Name: string, ...Values: string[]) => {
      const Filters = [
        { Name, Values },
        { Name: 'value', Values: [value] },
      ];
      return (await aws.ec2.send(new DescribeTagsCommand({ Filters }))).Tags;
    };
    const wanted = [{ Key: 'listed', ResourceId: id, ResourceType: 'volume', Value: value }];
    await until(
      'it is listed',
      () => find('resource-id', id),
      (found) => found!.length === 1,
    );
    for (const [name, one] of [
      ['resource-id', id],
      ['resource-type', 'volume'],
      ['key', 'listed'],
      ['tag:listed', value],
    ] as const) {
      expect([name, await find(name, one)]).toEqual([name, wanted]);
    }
    expect(await find('resource-type', 'instance')).toEqual([]);
  });

  it('resources are found by tag, by key, and by both (1.4)', async () => {
    const key = randomUUID();
    const [one, two] = [await tagged({ Key: key, Value: 'one' }), await tagged({ Key: key, Value: 'two' })];
    const find = async (Name: string, ...Values: string[]) => {
      const { Volumes } = await aws.ec2.send(new DescribeVolumesCommand({ Filters: [{ Name, Values }] }));
      return Volumes!.map(({ VolumeId }) => VolumeId!).sort();
    };
    await until(
      'both are found',
      () => find('tag-key', key),
      (ids) => ids.length === 2,
    );
    expect(await find(`tag:${key}`, 'one')).toEqual([one]);
    expect(await find(`tag:${key}`, 'one', 'two')).toEqual([one, two].sort());
    expect(await find(`tag:${key}`, 'three')).toEqual([]);
  });

  it('a resource has up to 50 (1.11, TagLimitExceeded)', async () => {
    const id = await tagged(...manyTags(50));
    await create(id, { Key: 'key 0', Value: 'changed' });
    expect(await codeOf(create(id, { Key: 'one more', Value: 'any' }))).toBe('TagLimitExceeded');
    expect(await codeOf(tagged(...manyTags(51)))).toBe('TagLimitExceeded');
  });

  it('a key has up to 128 characters, a value up to 256, and aws: is reserved (SDK)', async () => {
    const id = await tagged({ Key: 'k'.repeat(127), Value: 'v'.repeat(256) });
    const wrong: Tag[] = [
      { Key: 'k'.repeat(129), Value: 'any' },
      { Key: 'any', Value: 'v'.repeat(257) },
      { Key: 'aws:any', Value: 'any' },
      { Key: '', Value: 'any' },
    ];
    for (const tag of wrong) {
      const code = await codeOf(create(id, tag));
      expect([tag, code]).toEqual([
        tag,
        expect.stringMatching(oneOf('InvalidParameterValue', 'InvalidTagKey.Malformed', 'MissingParameter')),
      ]);
    }
  });

  it('what does not exist can’t be tagged (1.11)', async () => {
    const tag = { Key: 'any', Value: 'any' };
    expect(await codeOf(create(NOBODY, tag))).toBe('InvalidInstanceID.NotFound');
    expect(await codeOf(create('vol-0123456789abcdef0', tag))).toBe('InvalidVolume.NotFound');
    expect(await codeOf(create('nothing of ours', tag))).toBe('InvalidID');
  });
});
