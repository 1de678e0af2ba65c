// How long a machine may take to boot and register: some images take longer than others.

import type { Settings } from './settings.ts';

/** Milliseconds; what is said of the image itself counts before what is said of its variant (`ubuntu/24.04/x86_64/gpu`). */
export function provisionTimeoutMs(
  {
    IMAGE_PROVISION_TIMEOUTS: own,
    PROVISION_TIMEOUT_SECONDS: usual,
  }: Pick<Settings, 'IMAGE_PROVISION_TIMEOUTS' | 'PROVISION_TIMEOUT_SECONDS'>,
  imageId: string,
  variant: string,
): number {
  return (own?.get(imageId) ?? own?.get(variant) ?? usual) * 1000;
}
