// What one account has in one region, and what each resource knows of itself.

import type { Image } from './images.ts';
import type { RunningMachine } from '../machines/machineRuntime.ts';
import type { InstanceState } from './instanceStates.ts';
import type { AttachmentState, VolumeState } from './volumeStates.ts';
import type { TokenStore } from './tokens.ts';

export type Tags = Map<string, string>;
export type Market = 'on-demand' | 'spot';
export type StateReason = { readonly code: string; readonly message: string };

export type Instance = {
  readonly kind: 'instance';
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly zone: string;
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly type: string;
  readonly image: Image;
  readonly market: Market;
  readonly spotRequestId: string | undefined;
  readonly clientToken: string | undefined;
  readonly userData: Buffer | null;
  readonly shutdownBehavior: 'stop' | 'terminate';
  readonly metadata: MetadataOptions;
  readonly monitoring: boolean;
  readonly ebsOptimized: boolean;
  readonly networkInterfaceId: string;
  readonly privateIp: string;
  readonly tags: Tags;
  readonly createdAtMs: number;
  /** Attached or on their way, the root among them. */
  readonly volumes: Set<Volume>;
  /** Set where the launch is to end in `terminated` instead of `running`. */
  readonly launchFailure: StateReason | undefined;
  launchedAtMs: number;
  state: InstanceState;
  stateReason: StateReason | undefined;
  transitionReason: string;
  terminatedAtMs: number | null;
  /** Grows with every change of state, so that what was scheduled for an earlier state does nothing. */
  stateChanges: number;
  machine: RunningMachine | null;
  /** The machine's stop, while it goes on. */
  halting: Promise<void> | null;
};

export type MetadataOptions = {
  readonly httpTokens: 'required' | 'optional';
  readonly httpEndpoint: 'enabled' | 'disabled';
  readonly httpPutResponseHopLimit: number;
  readonly instanceMetadataTags: 'enabled' | 'disabled';
};

export type Volume = {
  readonly kind: 'volume';
  readonly id: string;
  readonly accountId: string;
  readonly region: string;
  readonly zone: string;
  readonly type: string;
  readonly sizeGb: number;
  readonly iops: number | undefined;
  readonly throughputMibps: number | undefined;
  readonly encrypted: boolean;
  readonly snapshotId: string | undefined;
  readonly clientToken: string | undefined;
  /** Where its bytes are: a root volume's are its machine's own folder. */
  readonly folder: string;
  readonly tags: Tags;
  readonly createdAtMs: number;
  state: VolumeState;
  attachment: Attachment | null;
  deletedAtMs: number | null;
};

export type Attachment = {
  readonly instance: Instance;
  readonly device: string;
  readonly attachedAtMs: number;
  readonly deleteOnTermination: boolean;
  state: AttachmentState;
};

/** Made by a launch only to be tagged and named. */
export type Companion = { readonly kind: 'network-interface' | 'spot-instances-request'; readonly tags: Tags };

export type Region = {
  readonly accountId: string;
  readonly name: string;
  readonly instances: Map<string, Instance>;
  readonly volumes: Map<string, Volume>;
  readonly companions: Map<string, Companion>;
  readonly instanceTokens: TokenStore<Instance[]>;
  readonly volumeTokens: TokenStore<Volume>;
};
