// What a generation of a workspace is made of: the candidate tried, the launch, the machine and its home.

import type { Shape } from './compute/shape.ts';
import type { TenantId, WorkspaceId } from './ids.ts';

export type Market = 'on-demand' | 'spot';

/** One (instance type, availability zone, market) that a generation may be launched as. */
export type Candidate = { readonly instanceType: string; readonly zone: string; readonly market: Market };

/** Micro-dollars and vCPUs of one instance type; `hourlyUsd` is the same as decimal text, null where no price is known. */
export type Takes = {
  readonly instanceType: string;
  readonly quotaCode: string | null;
  readonly vcpus: number;
  readonly hourly: number;
  readonly monthly: number;
  readonly hourlyUsd: string | null;
};

/** What was decided before the first launch; the same plan is quoted, launched and replayed. */
export type LaunchPlan = {
  readonly shape: Shape;
  readonly region: string;
  readonly imageId: string;
  /** Where the image says its root volume is, `/dev/sda1` on Ubuntu. */
  readonly rootDevice: string;
  /** Of the image as EC2 shows it (activities/images/digest.ts). */
  readonly imageDigest: string;
  /** In the order in which they are tried. */
  readonly candidates: readonly Candidate[];
  /** What each type among them takes of budget and quota. */
  readonly takes: readonly Takes[];
  /** On-demand list price in USD per hour as a decimal string, null where the price list does not have it. */
  readonly hourlyUsd: string | null;
  /** From the start of the operation until the machine has registered. */
  readonly timeoutMs: number;
};

/** Names one try: attempt k of a generation is its k-th launch. */
export type LaunchKey = { readonly workspaceId: WorkspaceId; readonly generation: number; readonly attempt: number };

/** The instance that a launch made. */
export type Machine = {
  readonly instanceId: string;
  readonly instanceType: string;
  readonly zone: string;
  readonly region: string;
  readonly generation: number;
  readonly attempt: number;
};

/** The volume mounted at `/home/agent`. It outlives every machine. */
export type Home = { readonly volumeId: string; readonly zone: string; readonly sizeGb: number };

/** What the home of a new machine is: the volume that was there, a copy of it made at rest, or what a restore point holds. */
export type HomeSource =
  | { readonly from: 'volume' | 'copy' }
  | { readonly from: 'restore-point'; readonly restorePointId: string };

/** How a home was when it was copied. `clean`: not mounted. `frozen`: mounted, with its writes held. `crash`: in use, as after a power cut. */
export type RestorePointQuality = 'clean' | 'frozen' | 'crash';

/** Whose machine it is; becomes tags on everything that costs money (facts/wire.md 3.9). */
export type Owner = { readonly workspaceId: WorkspaceId; readonly tenantId: TenantId; readonly name: string };

/** EC2's instance states (facts/ec2.md 1.2), and `absent`: not seen for so long that it is gone. */
export type InstanceState = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped' | 'absent';

/** A machine in this state can never run again. */
export const isEnded = (state: InstanceState): boolean => state === 'terminated' || state === 'absent';

/** What a sweep saw of one launch's instance. */
export type InstanceFact = {
  readonly generation: number;
  readonly attempt: number;
  readonly instanceId: string;
  readonly state: InstanceState;
  /** EC2's StateReason.Code, `Server.InsufficientInstanceCapacity` and the like. */
  readonly stateReason: string | null;
};

/** A launch that failed later for lack of capacity: the next candidate is tried, as after the synchronous error (facts/ec2.md 1.2). */
export const isCapacityReason = (stateReason: string | null): boolean =>
  stateReason === 'Server.InsufficientInstanceCapacity' || stateReason === 'Server.SpotInstanceTermination';

/** What a machine can be asked to do (sidecar/orders.ts). */
export type OrderKind = 'quiesce' | 'mount' | 'manifest' | 'freeze' | 'thaw' | 'wipe-browser-profile' | 'yield-control';
