// The `compute` block of a workspace, as it is sent and stored: snake_case, omitted keys stay omitted, `{}` = platform default (R5..R14, R18).

export const OS_FAMILIES = ['ubuntu', 'debian-slim', 'alpine', 'custom-ami'] as const;
export const ARCHITECTURES = ['x86_64', 'arm64'] as const;
export const GPU_TYPES = ['T4', 'L4', 'A10G', 'A100', 'H100'] as const;
export const DISPLAY_MODES = ['none', 'desktop-control', 'gpu-desktop-control'] as const;
export const DISPLAY_PROTOCOLS = ['novnc', 'dcv'] as const;
export const MARKETS = ['on-demand', 'spot'] as const;
/** What becomes of a spot workspace whose machine is taken away. */
export const INTERRUPTION_POLICIES = ['recover', 'on-demand', 'pause'] as const;
export const DATA_PERSISTENCES = ['persist', 'ephemeral'] as const;

export type OsFamily = (typeof OS_FAMILIES)[number];
export type Architecture = (typeof ARCHITECTURES)[number];
export type GpuType = (typeof GPU_TYPES)[number];
export type DisplayMode = (typeof DISPLAY_MODES)[number];

export type Compute = {
  readonly instance_type?: string;
  readonly os?: {
    readonly family?: OsFamily;
    readonly version?: string;
    readonly arch?: Architecture;
    /** With the family `custom-ami`, and only then. */
    readonly image_id?: string;
  };
  /** GiB, IOPS, MiB/s; the speed is that of the root and of the home alike. */
  readonly volume?: {
    readonly root_gb?: number;
    readonly home_gb?: number;
    readonly iops?: number;
    readonly throughput?: number;
  };
  readonly gpu?: {
    readonly type?: GpuType | 'none';
    readonly count?: number;
    readonly runtime?: 'nvidia';
  };
  readonly network?: { readonly egress_open?: boolean };
  readonly display?: {
    readonly mode?: DisplayMode;
    /** Pixels. */
    readonly width?: number;
    readonly height?: number;
    readonly protocol?: (typeof DISPLAY_PROTOCOLS)[number];
  };
  readonly market?: (typeof MARKETS)[number];
  readonly interruption_policy?: (typeof INTERRUPTION_POLICIES)[number];
  readonly data_persistence?: (typeof DATA_PERSISTENCES)[number];
  readonly savings_plan?: string;
};
