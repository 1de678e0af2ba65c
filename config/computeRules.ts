// What the settings say about the compute block.

import type { ComputeRules } from '../domain/compute/shape.ts';
import type { Settings } from './settings.ts';

export const computeRules = (settings: Settings): ComputeRules => ({
  defaults: {
    instanceType: settings.DEFAULT_INSTANCE_TYPE,
    rootGb: settings.DEFAULT_ROOT_GB,
    homeGb: settings.DEFAULT_HOME_GB,
    osFamily: settings.DEFAULT_OS_FAMILY,
    osVersion: settings.DEFAULT_OS_VERSION,
    desktopInstanceType: settings.DESKTOP_INSTANCE_TYPE,
    desktopRootGb: settings.DESKTOP_ROOT_GB,
    gpuRootGb: settings.GPU_ROOT_GB,
    displayWidth: settings.DESKTOP_WIDTH,
    displayHeight: settings.DESKTOP_HEIGHT,
  },
  rootGb: { min: settings.ROOT_GB_MIN, max: settings.ROOT_GB_MAX },
  homeGb: { min: settings.HOME_GB_MIN, max: settings.HOME_GB_MAX },
  canRestrictEgress: settings.RESTRICTED_SECURITY_GROUP_ID !== undefined,
  allowedInstanceTypes: settings.INSTANCE_TYPES,
  allowedGpuInstanceTypes: settings.GPU_INSTANCE_TYPES,
});

/** Every instance type that a block may mean. */
export function mayLaunch(settings: Settings): ReadonlySet<string> {
  const { defaults, allowedInstanceTypes, allowedGpuInstanceTypes } = computeRules(settings);
  const { instanceType, desktopInstanceType } = defaults;
  return new Set([instanceType, desktopInstanceType, ...allowedInstanceTypes, ...allowedGpuInstanceTypes]);
}
