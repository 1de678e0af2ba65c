// Looks for an image that is newer than a variant's current one, and registers it as the canary.

import { Context } from '@temporalio/activity';
import type { CanaryTrial } from '../../domain/canary.ts';
import { errorMessage } from '../../domain/errors.ts';
import { parseVariant, type Variant, withStatus } from '../../domain/images.ts';
import { changeImages } from '../../store/images.ts';
import type { ActivitySettings, Dependencies } from '../dependencies.ts';
import { bootProblem } from './bootProblem.ts';
import { canaryCandidates } from './canaryCandidates.ts';
import { newestImage, recordOf } from './findImages.ts';
import { imageSource, isUsual } from './sources.ts';

export type Found =
  | { readonly outcome: 'nothing'; readonly because: string }
  | { readonly outcome: 'canary'; readonly trial: CanaryTrial };

/**
 * A variant without any image gets the newest at once. What can be seen to be unfit is rejected, and halts the variant, without
 * a machine. A retry finds the canary that it has registered.
 */
export const findNewerImage =
  ({ db, ec2, catalogue, settings }: Dependencies) =>
  async (name: string): Promise<Found> => {
    const region = settings.AWS_REGION;
    const variant = parseVariant(name);
    const source = variant === null ? null : imageSource(variant, settings);
    if (variant === null || source === null) return nothing('nobody that is trusted publishes such an image');
    if (isUsual(variant, settings) && settings.IMAGE_ID !== undefined) return nothing('IMAGE_ID is set');
    const image = await newestImage(ec2, source, variant.arch);
    if (image === null) return nothing(`there is none of ${source.owner} named ${source.name}`);

    const record = recordOf(image, source);
    const { imageId, rootDevice } = record;
    await changeImages(db, region, name, { type: 'adopted', image: record });
    const state = await changeImages(db, region, name, { type: 'found', image: record });
    if (state.halted !== null) return nothing(`halted: ${state.halted}`);
    if (withStatus(state, 'canary')?.imageId !== imageId) {
      return nothing(`${withStatus(state, 'current')?.imageId} is the newest`);
    }
    const problem = bootProblem(image, { architecture: variant.arch, rootGb: usualRootGb(variant, settings) });
    if (problem !== null) {
      const reason = errorMessage('IMAGE_BOOT_FAILED', { image_id: imageId, because: problem });
      await changeImages(db, region, name, { type: 'rejected', imageId, reason });
      return nothing(reason);
    }
    const { runId } = Context.current().info.workflowExecution!;
    const timeoutMs = settings.IMAGE_CANARY_TIMEOUT_SECONDS * 1000;
    const candidates = canaryCandidates(variant, catalogue.types(region), settings);
    return { outcome: 'canary', trial: { runId, variant: name, region, imageId, rootDevice, candidates, timeoutMs } };
  };

/** What a workspace of the variant gets that names no size: a larger image would stop those. */
function usualRootGb({ gpu, desktop }: Variant, settings: ActivitySettings): number {
  if (gpu) return settings.GPU_ROOT_GB;
  return desktop ? settings.DESKTOP_ROOT_GB : settings.DEFAULT_ROOT_GB;
}

const nothing = (because: string): Found => ({ outcome: 'nothing', because });
