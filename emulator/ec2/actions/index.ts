// Every action that the emulator knows, by name.

import type { Action } from './action.ts';
import { attachVolume } from './attachVolume.ts';
import { createTags } from './createTags.ts';
import { createVolume } from './createVolume.ts';
import { deleteVolume } from './deleteVolume.ts';
import { describeAvailabilityZones } from './describeAvailabilityZones.ts';
import { describeImages } from './describeImages.ts';
import { describeInstances } from './describeInstances.ts';
import { describeInstanceTypeOfferings } from './describeInstanceTypeOfferings.ts';
import { describeInstanceTypes } from './describeInstanceTypes.ts';
import { describeVolumes } from './describeVolumes.ts';
import { detachVolume } from './detachVolume.ts';
import { getConsoleOutput } from './getConsoleOutput.ts';
import { runInstances } from './runInstances.ts';
import { startInstances } from './startInstances.ts';
import { stopInstances } from './stopInstances.ts';
import { terminateInstances } from './terminateInstances.ts';

const ALL: readonly Action[] = [
  attachVolume,
  createTags,
  createVolume,
  deleteVolume,
  describeAvailabilityZones,
  describeImages,
  describeInstances,
  describeInstanceTypeOfferings,
  describeInstanceTypes,
  describeVolumes,
  detachVolume,
  getConsoleOutput,
  runInstances,
  startInstances,
  stopInstances,
  terminateInstances,
];

export const ACTIONS: ReadonlyMap<string, Action> = new Map(ALL.map((action) => [action.name, action]));
