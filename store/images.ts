// The registry of images: each change is decided by the domain under the variant's lock, and written whole.

import { BerthError } from '../domain/errors.ts';
import { applyImageEvent, type ImageEvent, type ImageStatus, NO_IMAGES, type VariantImages } from '../domain/images.ts';
import { type Database, type Queryable, transaction } from './pool.ts';

export type ImageRow = {
  readonly variant: string;
  readonly image_id: string;
  readonly root_device: string;
  readonly digest: string;
  readonly owner: string;
  readonly name: string;
  readonly source: string;
  readonly browser_version: string | null;
  readonly created_at: Date;
  readonly status: ImageStatus;
  readonly reason: string | null;
  readonly found_at: Date;
  readonly changed_at: Date;
};

export type VariantRow = {
  readonly variant: string;
  readonly halted_at: Date | null;
  readonly halt_reason: string | null;
};

/** What is launched for the variant, or null where nothing is registered yet. */
export async function currentImage(db: Queryable, region: string, variant: string): Promise<ImageRow | null> {
  const { rows } = await db.query(`select * from images where region = $1 and variant = $2 and status = 'current'`, [
    region,
    variant,
  ]);
  return rows[0] ?? null;
}

export async function listVariants(db: Queryable, region: string): Promise<VariantRow[]> {
  const { rows } = await db.query(`select * from image_variants where region = $1 order by variant`, [region]);
  return rows;
}

/** All but those that are out of the way. */
export async function listImages(db: Queryable, region: string): Promise<ImageRow[]> {
  const { rows } = await db.query(
    `select * from images where region = $1 and status <> 'retired' order by variant, created_at`,
    [region],
  );
  return rows;
}

export async function readVariant(db: Queryable, region: string, variant: string): Promise<VariantImages> {
  const { rows: variants } = await db.query(`select * from image_variants where region = $1 and variant = $2`, [
    region,
    variant,
  ]);
  if (variants[0] === undefined) return NO_IMAGES;
  const { rows } = await db.query(`select * from images where region = $1 and variant = $2 order by found_at`, [
    region,
    variant,
  ]);
  return { images: (rows as ImageRow[]).map(registered), halted: variants[0].halt_reason };
}

/** Throws what the domain refuses with. An event that comes twice changes nothing the second time. */
export const changeImages = (
  db: Database,
  region: string,
  variant: string,
  event: ImageEvent,
): Promise<VariantImages> =>
  transaction(db, async (client) => {
    await client.query(`insert into image_variants (region, variant) values ($1, $2) on conflict do nothing`, [
      region,
      variant,
    ]);
    await client.query(`select 1 from image_variants where region = $1 and variant = $2 for update`, [region, variant]);
    const before = await readVariant(client, region, variant);
    const after = applyImageEvent(before, event);
    if ('refused' in after) throw new BerthError(after.refused, { variant, ...after.context });
    await write(client, region, variant, after);
    return after;
  });

async function write(client: Queryable, region: string, variant: string, state: VariantImages): Promise<void> {
  await client.query(
    `update image_variants set halt_reason = $3, halted_at = case when $3::text is null then null else now() end
     where region = $1 and variant = $2 and halt_reason is distinct from $3`,
    [region, variant, state.halted],
  );
  await client.query(
    `insert into images as i (region, variant, image_id, root_device, digest, owner, name, source, browser_version, created_at, status, reason)
     select $1, $2, image_id, root_device, digest, owner, name, source, browser_version, created_at, status, reason
     from jsonb_to_recordset($3::jsonb) as r (image_id text, root_device text, digest text, owner text, name text, source text,
       browser_version text, created_at timestamptz, status text, reason text)
     on conflict (region, variant, image_id) do update set
       digest = excluded.digest, status = excluded.status, reason = excluded.reason, changed_at = now()
     where (i.status, i.reason, i.digest) is distinct from (excluded.status, excluded.reason, excluded.digest)`,
    [region, variant, JSON.stringify(state.images.map(row))],
  );
}

const registered = (image: ImageRow): VariantImages['images'][number] => ({
  imageId: image.image_id,
  rootDevice: image.root_device,
  digest: image.digest,
  owner: image.owner,
  name: image.name,
  source: image.source,
  browserVersion: image.browser_version,
  createdAt: image.created_at.toISOString(),
  status: image.status,
  reason: image.reason,
});

const row = (image: VariantImages['images'][number]): Omit<ImageRow, 'variant' | 'found_at' | 'changed_at'> => ({
  image_id: image.imageId,
  root_device: image.rootDevice,
  digest: image.digest,
  owner: image.owner,
  name: image.name,
  source: image.source,
  browser_version: image.browserVersion,
  created_at: new Date(image.createdAt),
  status: image.status,
  reason: image.reason,
});
