// Where the images of each variant come from: accounts that are trusted, and the names that they give (facts/ec2.md 1.8).

import type { Variant } from '../../domain/images.ts';
import type { ActivitySettings } from '../dependencies.ts';

export type ImageSource = { readonly owner: string; readonly name: string };

const CANONICAL = '099720109477';
const DEBIAN = '136693071363';
const AMAZON_DLAMI = '898082745236';

const UBUNTU: Readonly<Record<string, string>> = {
  '22.04': 'ubuntu/images/hvm-ssd*/ubuntu-jammy-22.04-*-server-*',
  '24.04': 'ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-*-server-*',
};

/** What the platform's own settings speak of: the default OS, without a GPU. */
export const isUsual = ({ family, version, gpu }: Variant, settings: ActivitySettings): boolean =>
  family === settings.DEFAULT_OS_FAMILY && version === settings.DEFAULT_OS_VERSION && !gpu;

/** Null where nobody that is trusted publishes such an image. */
export function imageSource(variant: Variant, settings: ActivitySettings): ImageSource | null {
  if (isUsual(variant, settings)) return { owner: settings.IMAGE_OWNER, name: settings.IMAGE_NAME };
  const { family, version, gpu } = variant;
  if (gpu) {
    // The driver is in the image: installed at boot it would be slow, and fail now and then (R37, Q4).
    if (family !== 'ubuntu' || UBUNTU[version] === undefined) return null;
    return { owner: AMAZON_DLAMI, name: `Deep Learning Base OSS Nvidia Driver GPU AMI (Ubuntu ${version})*` };
  }
  switch (family) {
    case 'ubuntu':
      return UBUNTU[version] === undefined ? null : { owner: CANONICAL, name: UBUNTU[version] };
    case 'debian-slim':
      return /^1[23]$/.test(version) ? { owner: DEBIAN, name: `debian-${version}-*` } : null;
    default:
      return null;
  }
}
