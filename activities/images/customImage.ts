// A tenant's own image: of an owner that the tenant may use, as it was when it first booted, and tried by one launch first.

import type { Image } from '@aws-sdk/client-ec2';
import type { Entitlements } from '../../domain/compute/entitlements.ts';
import type { Shape } from '../../domain/compute/shape.ts';
import { BerthError } from '../../domain/errors.ts';
import type { Owner } from '../../domain/machine.ts';
import { claimTrial } from '../../store/customImages.ts';
import type { Dependencies } from '../dependencies.ts';
import { bootProblem, deprecationProblem } from './bootProblem.ts';
import { imageDigest } from './digest.ts';
import { findImage } from './findImages.ts';

export type Launching = { readonly owner: Owner; readonly generation: number };

/**
 * Throws IMAGE_NOT_FOUND, IMAGE_REFUSED with the reason, and IMAGE_UNDER_TRIAL while another launch tries it. Called again for the
 * same generation it finds its own trial.
 */
export async function customImage(
  { db, ec2 }: Pick<Dependencies, 'db' | 'ec2'>,
  shape: Shape,
  { custom_ami_owners: owners }: Entitlements,
  { owner, generation }: Launching,
): Promise<Image> {
  const imageId = shape.os.imageId!;
  const image = await findImage(ec2, imageId);
  if (image === null) {
    throw new BerthError('IMAGE_NOT_FOUND', { owner: 'any', name: imageId, architecture: shape.architecture });
  }
  const refuse = (because: string) => new BerthError('IMAGE_REFUSED', { image_id: imageId, because });
  if (!owners.includes(image.OwnerId ?? '')) {
    const what = image.Public === true ? 'it is public, and its owner' : 'its owner';
    throw refuse(`${what} ${image.OwnerId} is not on the tenant's list`);
  }
  const problem = bootProblem(image, shape) ?? deprecationProblem(image);
  if (problem !== null) throw refuse(problem);

  const digest = imageDigest(image);
  const { tenantId, workspaceId } = owner;
  const trial = await claimTrial(db, { tenantId, imageId, digest, workspaceId, generation });
  if (trial.verdict === 'under-way') {
    throw new BerthError('IMAGE_UNDER_TRIAL', { image_id: imageId, workspace_id: trial.workspaceId });
  }
  if (trial.verdict === 'changed') {
    throw refuse(`it is not what it was when it first booted: its digest was ${trial.digest} and is ${digest}`);
  }
  return image;
}
