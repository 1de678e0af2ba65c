// The registry of images: what is launched for each variant, what is tried, and how one takes the other's place (R36).

import type { Architecture } from './compute/block.ts';
import type { Shape } from './compute/shape.ts';
import type { ErrorCode, ErrorContext } from './errors.ts';

/** What an image is for. A GPU's driver and a desktop's display server are in the image (R37, R41). */
export type Variant = {
  readonly family: string;
  readonly version: string;
  readonly arch: Architecture;
  readonly gpu: boolean;
  readonly desktop: boolean;
};

/** A variant's name: `ubuntu/24.04/x86_64`, `ubuntu/24.04/x86_64/gpu/desktop`. */
export const variantName = ({ family, version, arch, gpu, desktop }: Variant): string =>
  `${family}/${version}/${arch}${gpu ? '/gpu' : ''}${desktop ? '/desktop' : ''}`;

/** The variant of that name, or null where it is none. */
export function parseVariant(name: string): Variant | null {
  const match = /^([^/]+)\/([^/]+)\/(x86_64|arm64)(\/gpu)?(\/desktop)?$/.exec(name);
  if (match === null) return null;
  const [, family, version, arch, gpu, desktop] = match;
  return {
    family: family!,
    version: version!,
    arch: arch as Architecture,
    gpu: gpu !== undefined,
    desktop: desktop !== undefined,
  };
}

export const variantOf = ({ os, architecture, gpu, display }: Shape): Variant => ({
  family: os.family,
  version: os.version,
  arch: architecture,
  gpu: gpu !== null,
  desktop: display !== null,
});

export type ImageRecord = {
  readonly imageId: string;
  readonly rootDevice: string;
  /** Of what EC2 shows of its content (activities/images/digest.ts). */
  readonly digest: string;
  readonly owner: string;
  readonly name: string;
  /** Account and name pattern by which it was found: another one is another line of images. */
  readonly source: string;
  readonly browserVersion: string | null;
  /** ISO: when its owner made it. */
  readonly createdAt: string;
};

/** `retired` = once known, and out of the way. */
export const IMAGE_STATUSES = ['canary', 'current', 'previous', 'rejected', 'retired'] as const;
export type ImageStatus = (typeof IMAGE_STATUSES)[number];
export type Registered = ImageRecord & { readonly status: ImageStatus; readonly reason: string | null };

/** `halted` = why nothing newer is tried until an operator resumes it; null = refreshed. */
export type VariantImages = { readonly images: readonly Registered[]; readonly halted: string | null };

export const NO_IMAGES: VariantImages = { images: [], halted: null };

export type ImageEvent =
  /** The first of a variant: there is nothing to fall back to, so it is launched without a canary. */
  | { readonly type: 'adopted'; readonly image: ImageRecord }
  | { readonly type: 'found'; readonly image: ImageRecord }
  | { readonly type: 'promoted'; readonly imageId: string }
  | { readonly type: 'rejected'; readonly imageId: string; readonly reason: string }
  /** `to` = the image that the operator saw as the previous one: a repeat finds it current, and changes nothing. */
  | { readonly type: 'rolledBack'; readonly to: string | null }
  | { readonly type: 'resumed' };

export type ImageRefusal = { readonly refused: ErrorCode; readonly context: ErrorContext };

/** The store names the variant. */
const UNKNOWN: ImageRefusal = { refused: 'IMAGE_VARIANT_UNKNOWN', context: {} };

export const withStatus = ({ images }: VariantImages, status: ImageStatus): Registered | null =>
  images.find((image) => image.status === status) ?? null;

/** Made after everything of its line that is launched, was launched before, or failed to boot. */
export const isNewer = ({ images }: VariantImages, image: ImageRecord): boolean =>
  images.every(
    ({ imageId, source, createdAt, status }) =>
      status === 'canary' ||
      status === 'retired' ||
      (imageId !== image.imageId && (source !== image.source || createdAt < image.createdAt)),
  );

/** The same state where an event comes twice or too late. */
export function applyImageEvent(state: VariantImages, event: ImageEvent): VariantImages | ImageRefusal {
  const current = withStatus(state, 'current');
  switch (event.type) {
    case 'adopted':
      return current === null ? put(state, { ...event.image, status: 'current', reason: null }) : state;
    case 'found': {
      if (state.halted !== null || !isNewer(state, event.image)) return state;
      if (withStatus(state, 'canary')?.imageId === event.image.imageId) return state;
      return put(retire(state, 'canary'), { ...event.image, status: 'canary', reason: null });
    }
    case 'promoted': {
      const canary = canaryOf(state, event.imageId);
      if (canary === null) return state;
      const without = retire(state, 'previous');
      const left = current === null ? without : put(without, { ...current, status: 'previous' });
      return put(left, { ...canary, status: 'current', reason: null });
    }
    case 'rejected': {
      const canary = canaryOf(state, event.imageId);
      if (canary === null) return state;
      const { reason } = event;
      return { ...put(state, { ...canary, status: 'rejected', reason }), halted: reason };
    }
    case 'rolledBack': {
      if (state.images.length === 0) return UNKNOWN;
      const previous = withStatus(state, 'previous');
      if (event.to !== null && event.to === current?.imageId) return state;
      if (previous === null || current === null) return { refused: 'IMAGE_NO_PREVIOUS', context: {} };
      if (event.to !== null && event.to !== previous.imageId) {
        return { refused: 'IMAGE_NOT_PREVIOUS', context: { image_id: event.to, previous: previous.imageId } };
      }
      // A canary under way must not undo what the operator wants.
      const left = put(retire(state, 'canary'), { ...current, status: 'previous' });
      const halted = `rolled back from ${current.imageId} to ${previous.imageId}`;
      return { ...put(left, { ...previous, status: 'current' }), halted };
    }
    case 'resumed':
      if (state.images.length === 0) return UNKNOWN;
      // What failed to boot is tried again: whoever resumes has looked at it, and a canary decides once more.
      return { ...retire(state, 'rejected'), halted: null };
  }
}

/** What no sequence of events may break; tests hold it after every step. */
export function brokenImageInvariants({ images, halted }: VariantImages): string[] {
  const count = (status: ImageStatus): number => images.filter((image) => image.status === status).length;
  return [
    ...(['canary', 'current', 'previous'] as const).filter((status) => count(status) > 1).map((s) => `two are ${s}`),
    ...(count('previous') > 0 && count('current') === 0 ? ['a previous one without a current one'] : []),
    ...(count('rejected') > 0 && halted === null ? ['one was rejected, and the refresh is not halted'] : []),
    ...(count('canary') > 0 && halted !== null ? ['a canary while halted'] : []),
    ...(new Set(images.map(({ imageId }) => imageId)).size < images.length ? ['an image twice'] : []),
  ];
}

const canaryOf = (state: VariantImages, imageId: string): Registered | null => {
  const canary = withStatus(state, 'canary');
  return canary?.imageId === imageId ? canary : null;
};

const put = ({ images, halted }: VariantImages, image: Registered): VariantImages => ({
  halted,
  images: [...images.filter(({ imageId }) => imageId !== image.imageId), image],
});

const retire = ({ images, halted }: VariantImages, status: ImageStatus): VariantImages => ({
  halted,
  images: images.map((image) => (image.status === status ? { ...image, status: 'retired' } : image)),
});
