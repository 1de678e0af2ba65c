// The floors of a provision: the same Temporal shape with nothing in it, and its activities alone.

import {
  CancellationScope,
  condition,
  defineUpdate,
  executeChild,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { FloorActivities } from './activities.ts';

const { nothing } = proxyActivities<FloorActivities>({ startToCloseTimeout: '10s' });
const { nothing: nothingLocal } = proxyLocalActivities<FloorActivities>({ startToCloseTimeout: '10s' });

export const goUpdate = defineUpdate<void, [number]>('go');

/** One update, one child with a timer and the activities, and what the entity publishes before and after. */
export async function floorEntity(): Promise<void> {
  let isStarted = false;
  let isDone = false;
  setHandler(goUpdate, async (activities) => {
    isStarted = true;
    void executeChild(floorOperation, { args: [activities] }).then(() => (isDone = true));
    await nothingLocal();
  });
  await condition(() => isStarted && isDone);
  await nothingLocal();
}

export async function floorOperation(activities: number): Promise<void> {
  const timer = new CancellationScope({ cancellable: true });
  timer
    .run(() => sleep('10 minutes'))
    .catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
  await floorActivitiesAlone(activities);
  timer.cancel();
}

export async function floorActivitiesAlone(activities: number): Promise<void> {
  for (let i = 0; i < activities; i++) await nothing();
}
