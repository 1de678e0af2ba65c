// What is launched: everything that a block leaves open has been filled in.

import type { ErrorContext } from '../errors.ts';
import type { Architecture, Compute, DisplayMode, GpuType, OsFamily } from './block.ts';

export type Display = {
  readonly mode: Exclude<DisplayMode, 'none'>;
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly protocol: 'novnc';
};

export type Gpu = { readonly type: GpuType; readonly count: number };

/** Sizes in GiB, speed in IOPS and MiB/s. */
export type Shape = {
  readonly instanceType: string;
  readonly architecture: Architecture;
  readonly vcpus: number;
  readonly os: { readonly family: OsFamily; readonly version: string; readonly imageId: string | null };
  readonly rootGb: number;
  readonly homeGb: number;
  readonly iops: number;
  readonly throughput: number;
  readonly gpu: Gpu | null;
  readonly display: Display | null;
  readonly egressOpen: boolean;
  readonly market: NonNullable<Compute['market']>;
  readonly interruptionPolicy: NonNullable<Compute['interruption_policy']>;
  readonly dataPersistence: NonNullable<Compute['data_persistence']>;
  readonly savingsPlan: string | null;
};

/** What the rules must know of an instance type; from the catalogue. */
export type TypeFacts = {
  readonly name: string;
  readonly vcpus: number;
  readonly memoryMib: number;
  readonly architectures: readonly string[];
  readonly usageClasses: readonly string[];
  readonly burstable: boolean;
  readonly gpu: { readonly name: string; readonly count: number } | null;
  /** What the type carries at most; null where it is not known. */
  readonly maxIops: number | null;
  /** Zones of the region that offer it. */
  readonly zones: readonly string[];
  /** On-demand list price in the region, micro-dollars per hour; null where it is not known. */
  readonly hourlyMicros: number | null;
};

/** What the platform allows and falls back to. All of it is settings (X1, X4, X16). */
export type ComputeRules = {
  readonly defaults: {
    readonly instanceType: string;
    readonly rootGb: number;
    readonly homeGb: number;
    readonly osFamily: OsFamily;
    readonly osVersion: string;
    readonly desktopInstanceType: string;
    readonly desktopRootGb: number;
    /** Images with a GPU's driver are larger than others. */
    readonly gpuRootGb: number;
    readonly displayWidth: number;
    readonly displayHeight: number;
  };
  readonly rootGb: Bounds;
  readonly homeGb: Bounds;
  /** Whether there is a security group for `egress_open: false`. */
  readonly canRestrictEgress: boolean;
  /** Instance types that a caller may name, and those with a GPU, which are behind entitlements as well (R29). */
  readonly allowedInstanceTypes: readonly string[];
  readonly allowedGpuInstanceTypes: readonly string[];
};

export type Bounds = { readonly min: number; readonly max: number };

export const DISPLAY_WIDTH: Bounds = { min: 800, max: 3840 };
export const DISPLAY_HEIGHT: Bounds = { min: 600, max: 2160 };

/** gp3 (facts/ec2.md 1.6). */
export const GP3 = {
  iops: { min: 3_000, max: 80_000 },
  throughput: { min: 125, max: 2_000 },
  iopsPerGb: 500,
  throughputPerIops: 0.25,
} as const;

/** The first rule that a block breaks. */
export type ShapeProblem = {
  readonly code:
    | 'INSTANCE_TYPE_UNKNOWN'
    | 'INSTANCE_TYPE_NOT_ALLOWED'
    | 'INSTANCE_TYPE_CONTRADICTED'
    | 'NO_INSTANCE_TYPE'
    | 'ROOT_GB_OUT_OF_RANGE'
    | 'COMPUTE_OUT_OF_RANGE'
    | 'COMPUTE_CONTRADICTORY'
    | 'EGRESS_RESTRICTION_UNAVAILABLE'
    | 'DISPLAY_PROTOCOL_UNAVAILABLE';
  readonly context: ErrorContext;
};
