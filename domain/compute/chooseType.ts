// Which instance type a block means: the one that it names, if that has all that is asked for, else the cheapest that has; and
// where it names none, those that may stand in when AWS has no room for it.

import type { Compute } from './block.ts';
import { quotaCode } from './quotaCode.ts';
import type { ComputeRules, ShapeProblem, TypeFacts } from './shape.ts';

export type Choice =
  | {
      readonly type: TypeFacts;
      /** By price. Of a type that was named there are none. */
      readonly alternatives: readonly TypeFacts[];
    }
  | { readonly problem: ShapeProblem };

/** What a type must have, with the field that says so. */
type Demand = { readonly field: string; readonly wanted: string; has(type: TypeFacts): boolean };

/** A desktop with a browser does not fit in less. */
const DESKTOP_MEMORY_MIB = 4_096;

export function chooseType(compute: Compute, rules: ComputeRules, types: readonly TypeFacts[]): Choice {
  const demands = demandsOf(compute);
  const mayName = [...rules.allowedInstanceTypes, ...rules.allowedGpuInstanceTypes];
  const offered = types.filter((type) => type.zones.length > 0);
  const suitable = (): TypeFacts[] =>
    offered.filter((type) => mayName.includes(type.name) && demands.every((demand) => demand.has(type))).sort(byPrice);

  const named = compute.instance_type;
  if (named !== undefined) {
    const type = types.find((each) => each.name === named);
    const context = { instance_type: named, allowed: mayName };
    if (type === undefined) return { problem: { code: 'INSTANCE_TYPE_UNKNOWN', context } };
    if (!mayName.includes(named)) return { problem: { code: 'INSTANCE_TYPE_NOT_ALLOWED', context } };
    const missing = demands.find((demand) => !demand.has(type));
    if (missing === undefined) return { type, alternatives: [] };
    const { field, wanted } = missing;
    const would_do = suitable().map((each) => each.name);
    return {
      problem: { code: 'INSTANCE_TYPE_CONTRADICTED', context: { instance_type: named, field, wanted, would_do } },
    };
  }

  const chosen = (type: TypeFacts): Choice => ({
    type,
    alternatives: suitable().filter((each) => standsInFor(type, each, compute.market ?? 'on-demand')),
  });
  const isDesktop = compute.display?.mode !== undefined && compute.display.mode !== 'none';
  const fallback = isDesktop ? rules.defaults.desktopInstanceType : rules.defaults.instanceType;
  const usual = types.find((each) => each.name === fallback);
  if (usual !== undefined && demands.every((demand) => demand.has(usual))) return chosen(usual);
  // Not smaller than what it would have been, unless it is for the GPU that it is chosen.
  const isForGpu = demands.some((demand) => demand.field === 'gpu');
  const large = suitable().filter(
    (type) => isForGpu || usual === undefined || (type.vcpus >= usual.vcpus && type.memoryMib >= usual.memoryMib),
  );
  const [cheapest] = large;
  if (cheapest !== undefined) return chosen(cheapest);
  const wanted = demands.map((demand) => `${demand.field} ${demand.wanted}`);
  return { problem: { code: 'NO_INSTANCE_TYPE', context: { wanted } } };
}

/**
 * The image, the driver and the quota are those of the first; nothing that a user could feel is less. What has no known price can't be
 * promised to be within what was authorised.
 */
export function standsInFor(first: TypeFacts, other: TypeFacts, market: NonNullable<Compute['market']>): boolean {
  return (
    other.name !== first.name &&
    other.hourlyMicros !== null &&
    other.vcpus >= first.vcpus &&
    other.memoryMib >= first.memoryMib &&
    (first.burstable || !other.burstable) &&
    other.architectures[0] === first.architectures[0] &&
    other.gpu?.name === first.gpu?.name &&
    other.gpu?.count === first.gpu?.count &&
    quotaCode(other.name, market) === quotaCode(first.name, market)
  );
}

function demandsOf({ gpu, os, display, market }: Compute): Demand[] {
  const demands: Demand[] = [];
  const { type, count = 1 } = gpu ?? {};
  if (type !== undefined && type !== 'none') {
    const wanted = `${count} x ${type}`;
    demands.push({ field: 'gpu', wanted, has: (each) => each.gpu?.name === type && each.gpu.count === count });
  } else if (display?.mode === 'gpu-desktop-control') {
    demands.push({
      field: 'gpu',
      wanted: 'one for display.mode "gpu-desktop-control"',
      has: (each) => each.gpu !== null,
    });
  }
  if (type === 'none') demands.push({ field: 'gpu', wanted: 'none', has: (each) => each.gpu === null });
  const arch = os?.arch;
  if (arch !== undefined) {
    demands.push({ field: 'os.arch', wanted: arch, has: (each) => each.architectures.includes(arch) });
  }
  if (display?.mode !== undefined && display.mode !== 'none') {
    const wanted = `${display.mode}, which needs ${DESKTOP_MEMORY_MIB} MiB of memory`;
    demands.push({ field: 'display.mode', wanted, has: (each) => each.memoryMib >= DESKTOP_MEMORY_MIB });
  }
  if (market === 'spot') {
    demands.push({ field: 'market', wanted: 'spot', has: (each) => each.usageClasses.includes('spot') });
  }
  return demands;
}

/** Those without a known price come last: nobody can say that they are cheap. */
export const byPrice = (a: TypeFacts, b: TypeFacts): number =>
  (a.hourlyMicros ?? Infinity) - (b.hourlyMicros ?? Infinity) || (a.name < b.name ? -1 : 1);
