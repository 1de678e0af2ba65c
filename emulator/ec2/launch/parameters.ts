// What RunInstances takes, as it stands in the query protocol.

import { boolean, integer, list, string, structure, type Values } from '../../protocols/parameters.ts';
import { tagSpecificationSchema } from '../tags.ts';

export const launchParameters = {
  ImageId: string,
  InstanceType: string,
  MinCount: integer,
  MaxCount: integer,
  ClientToken: string,
  UserData: string,
  DryRun: boolean,
  SubnetId: string,
  SecurityGroupId: list(string),
  SecurityGroup: list(string),
  KeyName: string,
  Placement: structure({ AvailabilityZone: string, AvailabilityZoneId: string, Tenancy: string }),
  Monitoring: structure({ Enabled: boolean }),
  EbsOptimized: boolean,
  DisableApiTermination: boolean,
  DisableApiStop: boolean,
  InstanceInitiatedShutdownBehavior: string,
  IamInstanceProfile: structure({ Arn: string, Name: string }),
  BlockDeviceMapping: list(
    structure({
      DeviceName: string,
      NoDevice: string,
      Ebs: structure({
        SnapshotId: string,
        VolumeSize: integer,
        VolumeType: string,
        Iops: integer,
        Throughput: integer,
        DeleteOnTermination: boolean,
        Encrypted: boolean,
      }),
    }),
  ),
  MetadataOptions: structure({
    HttpTokens: string,
    HttpEndpoint: string,
    HttpPutResponseHopLimit: integer,
    InstanceMetadataTags: string,
  }),
  InstanceMarketOptions: structure({
    MarketType: string,
    SpotOptions: structure({
      MaxPrice: string,
      SpotInstanceType: string,
      InstanceInterruptionBehavior: string,
      ValidUntil: string,
    }),
  }),
  TagSpecification: tagSpecificationSchema,
} as const;

export type LaunchInput = Values<typeof launchParameters>;
export type Mapping = NonNullable<LaunchInput['BlockDeviceMapping']>[number];

export const LAUNCH_TAGGABLE = ['instance', 'volume', 'network-interface', 'spot-instances-request'];
