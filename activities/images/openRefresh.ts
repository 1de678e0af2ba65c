// What a refresh has to do: the variants that are launched, and the canaries that an earlier run could not end.

import type { CanaryKey } from '../../domain/canary.ts';
import { variantName } from '../../domain/images.ts';
import { openCanaries } from '../../store/canaries.ts';
import { listVariants } from '../../store/images.ts';
import type { Dependencies } from '../dependencies.ts';

export type OpenRefresh = { readonly variants: readonly string[]; readonly leftovers: readonly CanaryKey[] };

/** Where nothing is registered yet, the platform's default variant. One run at a time: whatever is open is of an earlier one. */
export const openRefresh =
  ({ db, catalogue, settings }: Dependencies) =>
  async (): Promise<OpenRefresh> => {
    const region = settings.AWS_REGION;
    const known = (await listVariants(db, region)).map(({ variant }) => variant);
    const type = catalogue.find(settings.DEFAULT_INSTANCE_TYPE, region);
    const usual = variantName({
      family: settings.DEFAULT_OS_FAMILY,
      version: settings.DEFAULT_OS_VERSION,
      arch: type?.architectures[0] === 'arm64' ? 'arm64' : 'x86_64',
      gpu: false,
      desktop: false,
    });
    return { variants: known.length === 0 ? [usual] : known, leftovers: await openCanaries(db, region) };
  };
