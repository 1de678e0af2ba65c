// Instances and their states: pending -> running -> shutting-down -> terminated, and stopping -> stopped in between (facts/ec2.md 1.2).

import { type Tags, tagIndex, tagXml } from './tags.ts';

export type InstanceStateName = 'pending' | 'running' | 'shutting-down' | 'terminated' | 'stopping' | 'stopped';

const CODES: Readonly<Record<InstanceStateName, number>> = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
};

export type StateReason = { readonly code: string; readonly message: string };
export type Market = 'on-demand' | 'spot';

/** A volume as an instance has it. */
export type BlockDevice = {
  readonly device: string;
  readonly volumeId: string;
  readonly deleteOnTermination: boolean;
  readonly attachedAtMs: number;
};

export type MetadataOptions = {
  readonly httpTokens: 'optional' | 'required';
  readonly httpEndpoint: 'enabled' | 'disabled';
  readonly hopLimit: number;
  readonly instanceTags: 'enabled' | 'disabled';
};

/** From when to when it was billed; open while it is. */
export type BilledSpan = { readonly fromMs: number; readonly toMs: number | null };

export type ScheduledEvent = {
  readonly id: string;
  readonly code: string;
  readonly description: string;
  readonly notBeforeMs: number;
};

export type Instance = {
  readonly id: string;
  readonly reservationId: string;
  readonly launchIndex: number;
  readonly imageId: string;
  readonly type: string;
  readonly architecture: string;
  readonly vcpus: number;
  readonly zone: string;
  readonly subnetId: string;
  readonly securityGroupIds: readonly string[];
  readonly keyName?: string;
  readonly market: Market;
  readonly spotRequestId?: string;
  readonly clientToken?: string;
  readonly createdAtMs: number;
  /** When it was last started. */
  readonly launchedAtMs: number;
  /** Base64, as it was sent. */
  readonly userData?: string;
  readonly shutdownBehavior: 'stop' | 'terminate';
  readonly isTerminationProtected: boolean;
  readonly isStopProtected: boolean;
  readonly sourceDestCheck: boolean;
  readonly ebsOptimized: boolean;
  readonly isMonitored: boolean;
  readonly profileArn?: string;
  readonly rootDevice: string;
  readonly privateIp: string;
  readonly networkInterfaceId: string;
  readonly metadata: MetadataOptions;
  readonly tags: Tags;
  readonly interfaceTags: Tags;
  readonly devices: readonly BlockDevice[];
  readonly state: InstanceStateName;
  readonly stateReason?: StateReason;
  readonly transitionReason: string;
  readonly endedAtMs: number | null;
  readonly billed: readonly BilledSpan[];
  /** What it dies of instead of running. */
  readonly doom?: StateReason;
  /** The notice of its interruption, and when that is due. */
  readonly notice?: { readonly action: 'terminate' | 'stop'; readonly atMs: number; readonly reason: string };
  readonly rebalanceAtMs?: number;
  /** Its status checks fail since then. */
  readonly impairedAtMs?: number;
  readonly scheduled: readonly ScheduledEvent[];
  /** What runs inside. */
  readonly machine: 'process' | 'inline' | 'never' | 'crash' | 'mute';
};

export const instanceIndexes = {
  tag: tagIndex,
  'client-token': (instance: Instance) => (instance.clientToken === undefined ? [] : [instance.clientToken]),
  'image-id': (instance: Instance) => [instance.imageId],
  'reservation-id': (instance: Instance) => [instance.reservationId],
};

export const stateXml = (state: InstanceStateName) => ({ code: CODES[state], name: state });

/** Costs compute: while running. A pending one is about to, and one that shuts down has only just ended (facts/ec2.md 1.2). */
export const isBillable = ({ state }: Instance): boolean =>
  state === 'pending' || state === 'running' || state === 'shutting-down';

export const isOver = ({ state }: Instance): boolean => state === 'shutting-down' || state === 'terminated';

/** Takes up quota and capacity; pending counts too, or a burst of launches would pass every limit. */
export const isCounted = ({ state }: Instance): boolean => state === 'pending' || state === 'running';

/** Where it is, for what names its region and network. */
export type Whereabouts = { readonly name: string; readonly vpcId: string };

export const instanceXml = (instance: Instance, region: Whereabouts) => ({
  instanceId: instance.id,
  imageId: instance.imageId,
  instanceState: stateXml(instance.state),
  privateDnsName: instance.state === 'terminated' ? '' : dnsName(instance.privateIp, region.name),
  dnsName: '',
  reason: instance.transitionReason,
  keyName: instance.keyName,
  amiLaunchIndex: instance.launchIndex,
  productCodes: [],
  instanceType: instance.type,
  launchTime: new Date(instance.launchedAtMs),
  placement: { availabilityZone: instance.zone, groupName: '', tenancy: 'default' },
  monitoring: { state: instance.isMonitored ? 'enabled' : 'disabled' },
  iamInstanceProfile: instance.profileArn === undefined ? undefined : { arn: instance.profileArn },
  subnetId: instance.state === 'terminated' ? undefined : instance.subnetId,
  vpcId: instance.state === 'terminated' ? undefined : region.vpcId,
  privateIpAddress: instance.state === 'terminated' ? undefined : instance.privateIp,
  sourceDestCheck: instance.sourceDestCheck,
  groupSet: instance.securityGroupIds.map((groupId) => ({ groupId })),
  stateReason: instance.stateReason,
  architecture: instance.architecture,
  rootDeviceType: 'ebs',
  rootDeviceName: instance.rootDevice,
  blockDeviceMapping: instance.devices.map((device) => ({
    deviceName: device.device,
    ebs: {
      volumeId: device.volumeId,
      status: 'attached',
      attachTime: new Date(device.attachedAtMs),
      deleteOnTermination: device.deleteOnTermination,
    },
  })),
  virtualizationType: 'hvm',
  instanceLifecycle: instance.market === 'spot' ? 'spot' : undefined,
  spotInstanceRequestId: instance.spotRequestId,
  clientToken: instance.clientToken ?? '',
  tagSet: tagXml(instance.tags),
  hypervisor: 'xen',
  ebsOptimized: instance.ebsOptimized,
  enaSupport: true,
  cpuOptions: { coreCount: Math.max(1, instance.vcpus / 2), threadsPerCore: instance.vcpus > 1 ? 2 : 1 },
  metadataOptions: {
    state: 'applied',
    httpTokens: instance.metadata.httpTokens,
    httpPutResponseHopLimit: instance.metadata.hopLimit,
    httpEndpoint: instance.metadata.httpEndpoint,
    httpProtocolIpv6: 'disabled',
    instanceMetadataTags: instance.metadata.instanceTags,
  },
});

export const dnsName = (ip: string, region: string): string =>
  `ip-${ip.replaceAll('.', '-')}.${region === 'us-east-1' ? 'ec2.internal' : `${region}.compute.internal`}`;
