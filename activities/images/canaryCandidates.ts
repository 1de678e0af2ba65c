// Where a canary is booted: on the cheapest type that workspaces of its variant may have, zone by zone.

import { computeRules } from '../../config/computeRules.ts';
import type { TypeFacts } from '../../domain/compute/shape.ts';
import type { Variant } from '../../domain/images.ts';
import type { Candidate } from '../../domain/machine.ts';
import type { ActivitySettings } from '../dependencies.ts';

/** On demand: a spot machine that is taken away would say nothing. Empty where no allowed type can boot the variant. */
export function canaryCandidates(
  { arch, gpu }: Variant,
  types: readonly TypeFacts[],
  settings: ActivitySettings,
): Candidate[] {
  const { allowedInstanceTypes, allowedGpuInstanceTypes } = computeRules(settings);
  const allowed = gpu ? allowedGpuInstanceTypes : allowedInstanceTypes;
  const [cheapest] = types
    .filter((type) => allowed.includes(type.name) && type.zones.length > 0)
    .filter((type) => type.architectures.includes(arch) && (type.gpu !== null) === gpu)
    .sort((a, b) => (a.hourlyMicros ?? Infinity) - (b.hourlyMicros ?? Infinity) || (a.name < b.name ? -1 : 1));
  if (cheapest === undefined) return [];
  return cheapest.zones.map((zone) => ({ instanceType: cheapest.name, zone, market: 'on-demand' }));
}
