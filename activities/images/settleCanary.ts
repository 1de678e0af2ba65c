// Writes the verdict on a canary into the registry: promoted, or rejected with the variant halted.

import type { CanaryTrial } from '../../domain/canary.ts';
import { errorMessage } from '../../domain/errors.ts';
import { changeImages } from '../../store/images.ts';
import type { Dependencies } from '../dependencies.ts';

/** `because` = why it did not boot, null where it did. Says what came of it; a repeat, or one that an operator overtook, changes nothing. */
export const settleCanary =
  ({ db, log }: Dependencies) =>
  async ({ region, variant, imageId }: CanaryTrial, because: string | null): Promise<string> => {
    const reason = because === null ? null : errorMessage('IMAGE_BOOT_FAILED', { image_id: imageId, because });
    const state = await changeImages(
      db,
      region,
      variant,
      reason === null ? { type: 'promoted', imageId } : { type: 'rejected', imageId, reason },
    );
    const status = state.images.find((image) => image.imageId === imageId)?.status;
    if (status === 'rejected') log.warn({ variant, image_id: imageId }, `image refresh halted: ${reason}`);
    return status === 'current'
      ? `${imageId} was promoted`
      : `${imageId} is ${status}${reason === null ? '' : `: ${reason}`}`;
  };
