// The registry of images at the edge: how a variant is named, and what is told of its images.

import { z } from 'zod';
import { ARCHITECTURES, OS_FAMILIES } from '../../domain/compute/block.ts';
import { parseVariant, variantName } from '../../domain/images.ts';
import type { ImageRow, VariantRow } from '../../store/images.ts';

const variant = {
  family: z.enum(OS_FAMILIES),
  version: z.string().min(1).max(32),
  arch: z.enum(ARCHITECTURES).default('x86_64'),
  gpu: z.boolean().default(false),
  desktop: z.boolean().default(false),
};

/** Comes out as the variant's name. */
export const variantSchema = z.strictObject(variant).transform(variantName);

export const rollbackSchema = z
  .strictObject({
    ...variant,
    /** The previous image, as the operator has seen it: makes the same request safe to send again. */
    to: z.string().optional(),
  })
  .transform(({ to = null, ...rest }) => ({ variant: variantName(rest), to }));

export const presentVariant = ({ variant: name, halted_at, halt_reason }: VariantRow, images: readonly ImageRow[]) => {
  const own = images.filter((image) => image.variant === name);
  const those = (status: ImageRow['status']) => own.filter((image) => image.status === status).map(presentImage);
  return {
    variant: name,
    ...parseVariant(name),
    halted: halted_at === null ? null : { since: halted_at.toISOString(), because: halt_reason },
    canary: those('canary')[0] ?? null,
    current: those('current')[0] ?? null,
    previous: those('previous')[0] ?? null,
    rejected: those('rejected'),
  };
};

const presentImage = (image: ImageRow) => ({
  image_id: image.image_id,
  name: image.name,
  owner: image.owner,
  digest: image.digest,
  browser_version: image.browser_version,
  created_at: image.created_at.toISOString(),
  since: image.changed_at.toISOString(),
  ...(image.reason === null ? {} : { reason: image.reason }),
});
