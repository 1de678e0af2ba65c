// Every action of EC2 that the emulator knows, by name.

import type { Action } from './action.ts';
import { attachVolume } from './attachVolume.ts';
import { copyVolumes } from './copyVolumes.ts';
import { createTags, deleteTags } from './createTags.ts';
import { createVolume } from './createVolume.ts';
import { deleteVolume } from './deleteVolume.ts';
import { describeAvailabilityZones, describeRegions } from './describeAvailabilityZones.ts';
import { describeImages } from './describeImages.ts';
import { describeInstanceAttribute } from './describeInstanceAttribute.ts';
import { describeInstances } from './describeInstances.ts';
import { describeInstanceStatus } from './describeInstanceStatus.ts';
import { describeInstanceTypeOfferings } from './describeInstanceTypeOfferings.ts';
import { describeInstanceTypes } from './describeInstanceTypes.ts';
import { describeSecurityGroups, describeSubnets, describeVpcs } from './describeNetwork.ts';
import { describeSpotPriceHistory } from './describeSpotPriceHistory.ts';
import { describeTags } from './describeTags.ts';
import { describeVolumes } from './describeVolumes.ts';
import { describeVolumeStatus } from './describeVolumeStatus.ts';
import { detachVolume } from './detachVolume.ts';
import {
  describeFastSnapshotRestores,
  disableFastSnapshotRestores,
  enableFastSnapshotRestores,
} from './fastSnapshotRestores.ts';
import { getConsoleOutput } from './getConsoleOutput.ts';
import { getSpotPlacementScores } from './getSpotPlacementScores.ts';
import { createKeyPair, deleteKeyPair, describeKeyPairs, importKeyPair } from './keyPairs.ts';
import { modifyInstanceAttribute } from './modifyInstanceAttribute.ts';
import { modifyInstanceMetadataOptions } from './modifyInstanceMetadataOptions.ts';
import { describeVolumesModifications, modifyVolume } from './modifyVolume.ts';
import { rebootInstances } from './rebootInstances.ts';
import { runInstances } from './runInstances.ts';
import { createSnapshot, deleteSnapshot, describeSnapshots } from './snapshots.ts';
import { cancelSpotInstanceRequests, describeSpotInstanceRequests } from './spotRequests.ts';
import { startInstances } from './startInstances.ts';
import { stopInstances } from './stopInstances.ts';
import { terminateInstances } from './terminateInstances.ts';

const ALL: readonly Action[] = [
  attachVolume,
  cancelSpotInstanceRequests,
  copyVolumes,
  createKeyPair,
  createSnapshot,
  createTags,
  createVolume,
  deleteKeyPair,
  deleteSnapshot,
  deleteTags,
  deleteVolume,
  describeAvailabilityZones,
  describeFastSnapshotRestores,
  describeImages,
  describeInstanceAttribute,
  describeInstances,
  describeInstanceStatus,
  describeInstanceTypeOfferings,
  describeInstanceTypes,
  describeKeyPairs,
  describeRegions,
  describeSecurityGroups,
  describeSnapshots,
  describeSpotInstanceRequests,
  describeSpotPriceHistory,
  describeSubnets,
  describeTags,
  describeVolumes,
  describeVolumesModifications,
  describeVolumeStatus,
  describeVpcs,
  detachVolume,
  disableFastSnapshotRestores,
  enableFastSnapshotRestores,
  getConsoleOutput,
  getSpotPlacementScores,
  importKeyPair,
  modifyInstanceAttribute,
  modifyInstanceMetadataOptions,
  modifyVolume,
  rebootInstances,
  runInstances,
  startInstances,
  stopInstances,
  terminateInstances,
];

export const ACTIONS: ReadonlyMap<string, Action> = new Map(ALL.map((action) => [action.name, action]));
