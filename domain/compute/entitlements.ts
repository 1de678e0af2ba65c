// The second gate: may this tenant have that shape? Entitlements are the tenant's; the tier says who may have a desktop or a GPU at all (R26..R29, X7, X17).

import type { ErrorContext } from '../errors.ts';
import type { Micros } from '../money.ts';
import { type GpuType, OS_FAMILIES, type OsFamily } from './block.ts';
import type { Shape } from './shape.ts';

/** What a tenant may have. `null` = no limit of the tenant's own. */
export type Entitlements = {
  readonly gpu_types: readonly GpuType[];
  /** GPUs of one machine. */
  readonly max_gpus: number;
  readonly custom_ami_owners: readonly string[];
  readonly os_families: readonly OsFamily[];
  readonly spot: boolean;
  readonly display: boolean;
  readonly max_vcpus: number | null;
  readonly max_root_gb: number | null;
  readonly max_home_gb: number | null;
  /** Names of the deployments that may launch GPUs for this tenant; compared with BERTH_ENVIRONMENT (Q3). */
  readonly gpu_environments: readonly string[];
  readonly max_workspaces: number | null;
  /** Decimal text, "1.15" = 15 % on top of the list price (Q1). */
  readonly margin: string;
  /** Micro-dollars. */
  readonly budget_hourly: Micros | null;
  readonly budget_monthly: Micros | null;
};

/** Of a tenant that nobody has said anything about: what needs no approval (R29). */
export const DEFAULT_ENTITLEMENTS: Entitlements = {
  gpu_types: [],
  max_gpus: 0,
  custom_ami_owners: [],
  os_families: OS_FAMILIES.filter((family) => family !== 'custom-ami'),
  spot: true,
  display: true,
  max_vcpus: null,
  max_root_gb: null,
  max_home_gb: null,
  gpu_environments: [],
  max_workspaces: null,
  margin: '1.0',
  budget_hourly: null,
  budget_monthly: null,
};

export type Asking = {
  readonly shape: Shape;
  readonly tier: 1 | 2 | 3 | 4;
  readonly environment: string;
  /** That the tenant has besides this one. */
  readonly workspaces: number;
};

export type EntitlementProblem = {
  readonly code: 'TIER_FORBIDS' | 'NOT_ENTITLED' | 'WORKSPACE_LIMIT';
  readonly context: ErrorContext;
};

/** The first thing that the tenant may not have, or null. */
export function entitlementProblem(
  { shape, tier, environment, workspaces }: Asking,
  own: Entitlements,
): EntitlementProblem | null {
  const { gpu, display, os } = shape;
  if (own.max_workspaces !== null && workspaces >= own.max_workspaces) {
    return { code: 'WORKSPACE_LIMIT', context: { limit: own.max_workspaces } };
  }
  if (tier < 2 && (gpu !== null || display !== null)) {
    return { code: 'TIER_FORBIDS', context: { tier, what: gpu === null ? 'a desktop' : 'a GPU', least: 2 } };
  }
  if (display !== null && !own.display) return refused('display', display.mode, 'desktops');
  if (gpu !== null) {
    if (!own.gpu_types.includes(gpu.type)) return refused('gpu.type', gpu.type, `GPUs of type ${gpu.type}`);
    if (gpu.count > own.max_gpus) return refused('gpu.count', gpu.count, `more than ${own.max_gpus} GPUs`);
    if (!own.gpu_environments.includes(environment)) return refused('gpu', gpu.type, `GPUs in "${environment}"`);
  }
  if (!own.os_families.includes(os.family)) return refused('os.family', os.family, `the OS family ${os.family}`);
  if (shape.market === 'spot' && !own.spot) return refused('market', 'spot', 'spot machines');
  return (
    above('instance_type', shape.vcpus, own.max_vcpus, 'vCPUs') ??
    above('volume.root_gb', shape.rootGb, own.max_root_gb, 'GiB of root volume') ??
    above('volume.home_gb', shape.homeGb, own.max_home_gb, 'GiB of home')
  );
}

const refused = (field: string, value: unknown, what: string): EntitlementProblem => ({
  code: 'NOT_ENTITLED',
  context: { field, value, what },
});

const above = (field: string, value: number, most: number | null, unit: string): EntitlementProblem | null =>
  most === null || value <= most ? null : refused(field, value, `more than ${most} ${unit}`);
