// The public parameters, each with its versions: what AWS, Canonical and Debian say is the image of the day (facts/ec2.md 1.8).

import { readFileSync } from 'node:fs';
import { z } from 'zod';

export type PublishedImage = {
  readonly id: string;
  readonly created: string;
  readonly state?: string | undefined;
  readonly parameters?: readonly string[] | undefined;
};

export type Version = { readonly value: string; readonly version: number; readonly modifiedMs: number };

/** By name, in the order of the names; the versions of one from 1 on, so that the last is the one that counts. */
export type PublicParameters = ReadonlyMap<string, readonly Version[]>;

/** Each image that carries a name was once its value. One that can't be launched is not published. */
export function publicParameters(images: readonly PublishedImage[]): PublicParameters {
  const byName = new Map<string, Version[]>();
  const available = images.filter((image) => (image.state ?? 'available') === 'available');
  for (const image of available.toSorted((a, b) => Date.parse(a.created) - Date.parse(b.created))) {
    for (const name of image.parameters ?? []) {
      const versions = byName.get(name) ?? [];
      byName.set(name, versions);
      versions.push({ value: image.id, version: versions.length + 1, modifiedMs: Date.parse(image.created) });
    }
  }
  return new Map([...byName].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** What this room needs of the file; the rest of an image is EC2's. */
const file = z.object({
  images: z.array(
    z.object({
      id: z.string(),
      created: z.iso.datetime(),
      state: z.string().optional(),
      parameters: z.array(z.string().startsWith('/aws/service/')).optional(),
    }),
  ),
});

export const PUBLIC: PublicParameters = publicParameters(
  file.parse(JSON.parse(readFileSync(new URL('../data/images.json', import.meta.url), 'utf8'))).images,
);
