// The registry in Postgres: whole changes, one at a time, and what is refused changes nothing.

import type { ImageRecord } from '../domain/images.ts';
import { useDatabase } from '../test/support/database.ts';
import { changeImages, currentImage, listImages, listVariants, readVariant } from './images.ts';
import type { Database } from './pool.ts';

let db: Database;
useDatabase((opened) => {
  db = opened;
});
beforeEach(() => db.query('truncate image_variants cascade'));

const REGION = 'us-east-1';
const NOBLE = 'ubuntu/24.04/x86_64';
const image = (n: number): ImageRecord => ({
  imageId: `ami-${n}`,
  rootDevice: '/dev/sda1',
  digest: `digest ${n}`,
  owner: 'canonical',
  name: `noble ${n}`,
  source: 'canonical/noble',
  browserVersion: n === 2 ? '140.0' : null,
  createdAt: new Date(Date.UTC(2026, 0, n + 1)).toISOString(),
});
const change = (event: Parameters<typeof changeImages>[3], variant = NOBLE) => changeImages(db, REGION, variant, event);
const statuses = async () => (await listImages(db, REGION)).map((row) => `${row.image_id} ${row.status}`);

it('keeps what the domain decides, and reads back what was kept', async () => {
  await change({ type: 'adopted', image: image(1) });
  const found = await change({ type: 'found', image: image(2) });
  expect(await statuses()).toEqual(['ami-1 current', 'ami-2 canary']);
  expect(await readVariant(db, REGION, NOBLE)).toEqual(found);
  await change({ type: 'promoted', imageId: 'ami-2' });
  expect(await statuses()).toEqual(['ami-1 previous', 'ami-2 current']);
  expect(await currentImage(db, REGION, NOBLE)).toMatchObject({ image_id: 'ami-2', browser_version: '140.0' });
});

it('a swap passes the rule of one of each, and says since when it is halted', async () => {
  await change({ type: 'adopted', image: image(1) });
  await change({ type: 'found', image: image(2) });
  await change({ type: 'promoted', imageId: 'ami-2' });
  await change({ type: 'rolledBack', to: null });
  expect(await statuses()).toEqual(['ami-1 current', 'ami-2 previous']);
  const [halted] = await listVariants(db, REGION);
  expect(halted).toMatchObject({ halted_at: expect.any(Date), halt_reason: 'rolled back from ami-2 to ami-1' });
  await change({ type: 'rolledBack', to: 'ami-1' });
  expect((await listVariants(db, REGION))[0]).toEqual(halted);
  await change({ type: 'resumed' });
  expect((await listVariants(db, REGION))[0]).toMatchObject({ halted_at: null, halt_reason: null });
});

it('what is refused changes nothing, not even that the variant is known', async () => {
  await expect(change({ type: 'rolledBack', to: null })).rejects.toMatchObject({
    code: 'IMAGE_VARIANT_UNKNOWN',
    context: { variant: NOBLE },
  });
  expect(await listVariants(db, REGION)).toEqual([]);
});

it('of many first launches at once one decides', async () => {
  const all = await Promise.all(Array.from({ length: 8 }, (_, n) => change({ type: 'adopted', image: image(n) })));
  expect(new Set(all.map((state) => state.images[0]!.imageId)).size).toBe(1);
  expect(await statuses()).toHaveLength(1);
});

it('variants and regions are apart', async () => {
  await change({ type: 'adopted', image: image(1) });
  await change({ type: 'adopted', image: image(2) }, `${NOBLE}/gpu`);
  expect(await currentImage(db, REGION, `${NOBLE}/gpu`)).toMatchObject({ image_id: 'ami-2' });
  expect(await currentImage(db, 'us-west-2', NOBLE)).toBeNull();
});

it('two that are current are refused by the table itself', async () => {
  await change({ type: 'adopted', image: image(1) });
  await change({ type: 'found', image: image(2) });
  await expect(db.query(`update images set status = 'current'`)).rejects.toMatchObject({
    constraint: 'images_one_of_each',
  });
});
