// Finds the image to launch: the one that is set, the registry's current one of the variant, or the caller's own.

import type { Image } from '@aws-sdk/client-ec2';
import type { Entitlements } from '../../domain/compute/entitlements.ts';
import type { Shape } from '../../domain/compute/shape.ts';
import { BerthError } from '../../domain/errors.ts';
import { type Variant, variantName, variantOf, withStatus } from '../../domain/images.ts';
import { changeImages, currentImage } from '../../store/images.ts';
import type { Dependencies } from '../dependencies.ts';
import { remembered } from '../remembered.ts';
import { bootProblem } from './bootProblem.ts';
import { customImage, type Launching } from './customImage.ts';
import { imageDigest } from './digest.ts';
import { findImage, newestImage, recordOf } from './findImages.ts';
import { imageSource, isUsual } from './sources.ts';

export type ResolvedImage = {
  readonly imageId: string;
  readonly rootDevice: string;
  readonly imageDigest: string;
  /** Anybody may launch it. */
  readonly isPublic: boolean;
};

/** What EC2 says of an image hardly changes; five minutes keep a burst of creates from asking again for each. */
const REMEMBER_MS = 300_000;

export function imageResolver(deps: Pick<Dependencies, 'db' | 'ec2' | 'settings'>) {
  const { db, ec2, settings } = deps;
  const region = settings.AWS_REGION;
  const remember = remembered<Image | null>(REMEMBER_MS);

  /**
   * Throws IMAGE_NOT_FOUND, IMAGE_REFUSED for one that can't or may not be launched, and IMAGE_UNDER_TRIAL for one of the caller's
   * own that another launch tries.
   */
  return async (shape: Shape, entitlements: Entitlements, launching: Launching): Promise<ResolvedImage> => {
    const isCustom = shape.os.imageId !== null;
    const image = isCustom ? await customImage(deps, shape, entitlements, launching) : await ourImage(shape);
    return {
      imageId: image.ImageId!,
      rootDevice: image.RootDeviceName!,
      imageDigest: imageDigest(image),
      isPublic: image.Public === true,
    };
  };

  async function ourImage(shape: Shape): Promise<Image> {
    const variant = variantOf(shape);
    const set = isUsual(variant, settings) ? settings.IMAGE_ID : undefined;
    const registered = set === undefined ? await registeredImage(variant) : { image_id: set, digest: null };
    const { image_id: imageId, digest } = registered;
    const image = await remember(imageId, () => findImage(ec2, imageId));
    if (image === null) throw notFound(variant, imageId);
    const hasChanged = digest !== null && digest !== imageDigest(image);
    const problem = hasChanged ? 'it is not what was registered: its digest differs' : bootProblem(image, shape);
    if (problem !== null) throw new BerthError('IMAGE_REFUSED', { image_id: imageId, because: problem });
    return image;
  }

  /** The first launch of a variant registers the newest there is: there is none to fall back to. */
  async function registeredImage(variant: Variant): Promise<{ readonly image_id: string; readonly digest: string }> {
    const name = variantName(variant);
    const current = await currentImage(db, region, name);
    if (current !== null) return current;
    const source = imageSource(variant, settings);
    const image = source === null ? null : await newestImage(ec2, source, variant.arch);
    if (source === null || image === null) throw notFound(variant, null);
    const first = { type: 'adopted', image: recordOf(image, source) } as const;
    const adopted = withStatus(await changeImages(db, region, name, first), 'current')!;
    return { image_id: adopted.imageId, digest: adopted.digest };
  }

  function notFound(variant: Variant, imageId: string | null): BerthError {
    const source = imageSource(variant, settings);
    const name = imageId ?? source?.name ?? `${variant.family} ${variant.version}`;
    return new BerthError('IMAGE_NOT_FOUND', { owner: source?.owner ?? 'any', name, architecture: variant.arch });
  }
}
