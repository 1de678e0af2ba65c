// Instances and their states: pending -> running -> shutting-down -> terminated, and stopping -> stopped in between (facts/ec2.md 1.2).

import type { Tags } from './tags.ts';

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

/** A volume as an instance has it. */
export type BlockDevice = {
  readonly device: string;
  readonly volumeId: string;
  deleteOnTermination: boolean;
  readonly attachedAt: Date;
};

export type Instance = {
  readonly id: string;
  readonly reservationId: string;
  readonly imageId: string;
  readonly type: string;
  readonly architecture: string;
  readonly vcpus: number;
  readonly zone: string;
  readonly region: string;
  readonly market: 'on-demand' | 'spot';
  readonly clientToken: string | undefined;
  readonly launchedAt: Date;
  readonly userData: Buffer | null;
  readonly shutdownBehavior: 'stop' | 'terminate';
  readonly rootDevice: string;
  readonly privateIp: string;
  readonly httpTokens: string;
  readonly hopLimit: number;
  readonly tags: Tags;
  readonly devices: BlockDevice[];
  state: InstanceStateName;
  stateReason: StateReason | undefined;
  transitionReason: string;
  endedAt: Date | null;
};

export const stateXml = (state: InstanceStateName) => ({ code: CODES[state], name: state });

/** Costs compute now: pending, stopping and stopped are not billed (facts/ec2.md 1.2), but a pending one is about to be. */
export const isBillable = (instance: Instance): boolean =>
  instance.state === 'pending' || instance.state === 'running' || instance.state === 'shutting-down';

export const isOver = (instance: Instance): boolean =>
  instance.state === 'shutting-down' || instance.state === 'terminated';

export const instanceXml = (instance: Instance) => ({
  instanceId: instance.id,
  imageId: instance.imageId,
  instanceState: stateXml(instance.state),
  privateDnsName: `ip-${instance.privateIp.replaceAll('.', '-')}.ec2.internal`,
  reason: instance.transitionReason,
  amiLaunchIndex: 0,
  instanceType: instance.type,
  launchTime: instance.launchedAt,
  placement: { availabilityZone: instance.zone, tenancy: 'default' },
  monitoring: { state: 'disabled' },
  privateIpAddress: instance.state === 'terminated' ? undefined : instance.privateIp,
  stateReason: instance.stateReason,
  architecture: instance.architecture,
  rootDeviceType: 'ebs',
  rootDeviceName: instance.rootDevice,
  blockDeviceMapping: instance.devices.map((device) => ({
    deviceName: device.device,
    ebs: {
      volumeId: device.volumeId,
      status: 'attached',
      attachTime: device.attachedAt,
      deleteOnTermination: device.deleteOnTermination,
    },
  })),
  virtualizationType: 'hvm',
  clientToken: instance.clientToken,
  tagSet: [...instance.tags].map(([key, value]) => ({ key, value })),
  hypervisor: 'xen',
  ebsOptimized: false,
  enaSupport: true,
  instanceLifecycle: instance.market === 'spot' ? 'spot' : undefined,
  cpuOptions: { coreCount: Math.max(1, instance.vcpus / 2), threadsPerCore: instance.vcpus > 1 ? 2 : 1 },
  metadataOptions: {
    state: 'applied',
    httpTokens: instance.httpTokens,
    httpPutResponseHopLimit: instance.hopLimit,
    httpEndpoint: 'enabled',
  },
});
