// The `compute` block of a workspace: what the caller asked for, and the shape that it resolves to (R5..R27).

/** As sent and stored: snake_case, omitted keys stay omitted, `{}` = platform default (R14, R18). */
export type Compute = {
  readonly instance_type?: string;
  readonly volume?: { readonly root_gb?: number };
};

/** What is launched. Sizes in GiB. */
export type Shape = {
  readonly instanceType: string;
  readonly rootGb: number;
  readonly homeGb: number;
};

/** What the platform allows and falls back to. All of it is settings (X1, X4). */
export type ComputeRules = {
  readonly defaults: Shape;
  readonly rootGb: { readonly min: number; readonly max: number };
  /** Instance types that a caller may name. */
  readonly allowedInstanceTypes: readonly string[];
};

export type ComputeProblem =
  | {
      readonly code: 'INSTANCE_TYPE_UNKNOWN' | 'INSTANCE_TYPE_NOT_ALLOWED';
      readonly context: { readonly instance_type: string; readonly allowed: readonly string[] };
    }
  | {
      readonly code: 'ROOT_GB_OUT_OF_RANGE';
      readonly context: { readonly root_gb: number; readonly min: number; readonly max: number };
    };

/** The first rule that `compute` breaks, or null. Rejects, never clamps (X6). `isKnown` asks the catalogue. */
export function computeProblem(
  compute: Compute,
  rules: ComputeRules,
  isKnown: (instanceType: string) => boolean,
): ComputeProblem | null {
  const type = compute.instance_type;
  if (type !== undefined) {
    const context = { instance_type: type, allowed: rules.allowedInstanceTypes };
    if (!isKnown(type)) return { code: 'INSTANCE_TYPE_UNKNOWN', context };
    if (!rules.allowedInstanceTypes.includes(type)) return { code: 'INSTANCE_TYPE_NOT_ALLOWED', context };
  }
  const rootGb = compute.volume?.root_gb;
  if (rootGb !== undefined) {
    const { min, max } = rules.rootGb;
    if (!Number.isInteger(rootGb) || rootGb < min || rootGb > max) {
      return { code: 'ROOT_GB_OUT_OF_RANGE', context: { root_gb: rootGb, min, max } };
    }
  }
  return null;
}

/** What a valid block launches: the caller's values, the platform's where it gave none. */
export const resolveShape = (compute: Compute, defaults: Shape): Shape => ({
  instanceType: compute.instance_type ?? defaults.instanceType,
  rootGb: compute.volume?.root_gb ?? defaults.rootGb,
  homeGb: defaults.homeGb,
});
