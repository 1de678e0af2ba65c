// The first gate: is the block a shape that can be launched, and which one? Rejects, never clamps (X6).

import type { Compute } from './block.ts';
import { chooseType } from './chooseType.ts';
import {
  type Bounds,
  type ComputeRules,
  DISPLAY_HEIGHT,
  DISPLAY_WIDTH,
  type Display,
  GP3,
  type Shape,
  type ShapeProblem,
  type TypeFacts,
} from './shape.ts';

export type Resolution =
  | {
      readonly shape: Shape;
      /** The same on another type, by price: for when AWS has no room for the first. */
      readonly alternatives: readonly Shape[];
    }
  | { readonly problem: ShapeProblem };

/** The shape that a block means in this region, or the first rule that it breaks. `types` are all that the catalogue has. */
export function resolveShape(compute: Compute, rules: ComputeRules, types: readonly TypeFacts[]): Resolution {
  const problem = sizeProblem(compute, rules) ?? displayProblem(compute) ?? contradiction(compute);
  if (problem !== null) return { problem };
  if (compute.network?.egress_open === false && !rules.canRestrictEgress) {
    return { problem: { code: 'EGRESS_RESTRICTION_UNAVAILABLE', context: {} } };
  }
  const chosen = chooseType(compute, rules, types);
  if ('problem' in chosen) return chosen;
  const { type } = chosen;
  const { defaults } = rules;
  const display = displayOf(compute, rules);
  const market = compute.market ?? 'on-demand';
  const shape: Shape = {
    instanceType: type.name,
    architecture: type.architectures[0] === 'arm64' ? 'arm64' : 'x86_64',
    vcpus: type.vcpus,
    os: {
      family: compute.os?.family ?? defaults.osFamily,
      version: compute.os?.version ?? (compute.os?.family === undefined ? defaults.osVersion : ''),
      imageId: compute.os?.image_id ?? null,
    },
    rootGb: compute.volume?.root_gb ?? usualRootGb(type, display, rules),
    homeGb: compute.volume?.home_gb ?? defaults.homeGb,
    iops: compute.volume?.iops ?? GP3.iops.min,
    throughput: compute.volume?.throughput ?? GP3.throughput.min,
    gpu: type.gpu === null ? null : { type: type.gpu.name as NonNullable<Shape['gpu']>['type'], count: type.gpu.count },
    display,
    egressOpen: compute.network?.egress_open ?? true,
    market,
    interruptionPolicy: compute.interruption_policy ?? 'recover',
    dataPersistence: compute.data_persistence ?? 'persist',
    savingsPlan: compute.savings_plan ?? null,
  };
  const speed = speedProblem(shape, type);
  if (speed !== null) return { problem: speed };
  const alternatives = chosen.alternatives
    .filter((other) => speedProblem(shape, other) === null)
    .map((other) => ({ ...shape, instanceType: other.name, vcpus: other.vcpus }));
  return { shape, alternatives };
}

function usualRootGb({ gpu }: TypeFacts, display: Display | null, { defaults }: ComputeRules): number {
  if (gpu !== null) return Math.max(defaults.gpuRootGb, display === null ? 0 : defaults.desktopRootGb);
  return display === null ? defaults.rootGb : defaults.desktopRootGb;
}

function sizeProblem({ volume = {} }: Compute, rules: ComputeRules): ShapeProblem | null {
  const { root_gb: rootGb, home_gb: homeGb, iops, throughput } = volume;
  if (rootGb !== undefined && !isWithin(rootGb, rules.rootGb)) {
    return { code: 'ROOT_GB_OUT_OF_RANGE', context: { root_gb: rootGb, ...rules.rootGb } };
  }
  return (
    outOfRange('volume.home_gb', homeGb, rules.homeGb) ??
    outOfRange('volume.iops', iops, GP3.iops) ??
    outOfRange('volume.throughput', throughput, GP3.throughput)
  );
}

/** gp3 ties speed to size, for the smaller of the two volumes; and the machine carries only so much (facts/ec2.md 1.6). */
function speedProblem({ rootGb, homeGb, iops, throughput }: Shape, type: TypeFacts): ShapeProblem | null {
  const smallest = Math.min(rootGb, homeGb);
  const most = Math.max(GP3.iops.min, smallest * GP3.iopsPerGb);
  if (iops > most) return outOfRange('volume.iops', iops, { min: GP3.iops.min, max: most });
  if (type.maxIops !== null && iops > Math.max(GP3.iops.min, type.maxIops)) {
    return outOfRange('volume.iops', iops, { min: GP3.iops.min, max: type.maxIops });
  }
  const fastest = Math.floor(iops * GP3.throughputPerIops);
  return throughput > fastest
    ? outOfRange('volume.throughput', throughput, { min: GP3.throughput.min, max: fastest })
    : null;
}

function displayProblem({ display = {} }: Compute): ShapeProblem | null {
  const { mode = 'none', width, height, protocol } = display;
  // A known value that no image of ours serves (X5).
  if (protocol === 'dcv') {
    return { code: 'DISPLAY_PROTOCOL_UNAVAILABLE', context: { protocol, available: ['novnc'] } };
  }
  if (mode === 'none' && (width !== undefined || height !== undefined)) {
    return contradictory('display.width and display.height', 'display.mode is "none"');
  }
  return outOfRange('display.width', width, DISPLAY_WIDTH) ?? outOfRange('display.height', height, DISPLAY_HEIGHT);
}

/** What the block says twice, and differently. */
function contradiction({
  os = {},
  gpu,
  market = 'on-demand',
  interruption_policy: policy,
}: Compute): ShapeProblem | null {
  if (os.family === 'custom-ami' && os.image_id === undefined) {
    return contradictory('os.family "custom-ami"', 'os.image_id is missing');
  }
  if (os.image_id !== undefined && os.family !== 'custom-ami') {
    return contradictory('os.image_id', 'os.family is not "custom-ami"');
  }
  if (os.family === 'custom-ami' && os.version !== undefined) {
    return contradictory('os.version', 'a custom AMI has its own');
  }
  const isNone = gpu?.type === undefined || gpu.type === 'none';
  if (gpu?.type === 'none' && (gpu.count ?? 0) > 0) return contradictory('gpu.count', 'gpu.type is "none"');
  if (isNone && gpu?.count !== undefined && gpu.count > 0) return contradictory('gpu.count', 'gpu.type is missing');
  if (!isNone && gpu?.count !== undefined && gpu.count < 1)
    return contradictory('gpu.count 0', 'gpu.type asks for one');
  if (policy !== undefined && market !== 'spot') {
    return contradictory('interruption_policy', 'only spot machines are interrupted');
  }
  return null;
}

function displayOf({ display }: Compute, { defaults }: ComputeRules): Display | null {
  if (display?.mode === undefined || display.mode === 'none') return null;
  return {
    mode: display.mode,
    width: display.width ?? defaults.displayWidth,
    height: display.height ?? defaults.displayHeight,
    protocol: 'novnc',
  };
}

const isWithin = (value: number, { min, max }: Bounds): boolean =>
  Number.isInteger(value) && value >= min && value <= max;

const outOfRange = (field: string, value: number | undefined, bounds: Bounds): ShapeProblem | null =>
  value === undefined || isWithin(value, bounds)
    ? null
    : { code: 'COMPUTE_OUT_OF_RANGE', context: { field, value, min: bounds.min, max: bounds.max } };

const contradictory = (field: string, because: string): ShapeProblem => ({
  code: 'COMPUTE_CONTRADICTORY',
  context: { field, because },
});
