// Every action of EC2 that the emulator knows, by name.

import type { Action } from './action.ts';
import { attachVolume } from './attachVolume.ts';
import { createTags, deleteTags } from './createTags.ts';
import { createVolume } from './createVolume.ts';
import { deleteVolume } from './deleteVolume.ts';
import { describeAvailabilityZones, describeRegions } from './describeAvailabilityZones.ts';
import { describeImages } from './describeImages.ts';
import { describeInstances } from './describeInstances.ts';
import { describeInstanceTypeOfferings } from './describeInstanceTypeOfferings.ts';
import { describeInstanceTypes } from './describeInstanceTypes.ts';
import { describeSpotPriceHistory } from './describeSpotPriceHistory.ts';
import { describeVolumes } from './describeVolumes.ts';
import { detachVolume } from './detachVolume.ts';
import { getConsoleOutput } from './getConsoleOutput.ts';
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
  createSnapshot,
  createTags,
  createVolume,
  deleteSnapshot,
  deleteTags,
  deleteVolume,
  describeAvailabilityZones,
  describeImages,
  describeInstances,
  describeInstanceTypeOfferings,
  describeInstanceTypes,
  describeRegions,
  describeSnapshots,
  describeSpotInstanceRequests,
  describeSpotPriceHistory,
  describeVolumes,
  detachVolume,
  getConsoleOutput,
  rebootInstances,
  runInstances,
  startInstances,
  stopInstances,
  terminateInstances,
];

export const ACTIONS: ReadonlyMap<string, Action> = new Map(ALL.map((action) => [action.name, action]));
