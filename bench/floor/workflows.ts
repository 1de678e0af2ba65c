// The floors of a provision: the same Temporal shape with nothing in it, and its activities alone.

import {
  CancellationScope,
  condition,
  defineSignal,
  defineUpdate,
  executeChild,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  sleep,
} from '@temporalio/workflow';
import type { FloorActivities } from './activities.ts';

const { nothing, nothingButTell } = proxyActivities<FloorActivities>({ startToCloseTimeout: '10s' });
const { nothing: nothingLocal } = proxyLocalActivities<FloorActivities>({ startToCloseTimeout: '10s' });

export const goUpdate = defineUpdate<void, [number]>('go');
const factSignal = defineSignal('fact');

/** One update, one child with a timer, its facts and the activities, and what the entity publishes before and after. */
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

/** Four activities; the third beside the wait for one fact ("running"), and the wait for another ("registered") at the end. */
export async function floorOperation(activities: number): Promise<void> {
  let facts = 0;
  setHandler(factSignal, () => void (facts += 1));
  const timer = new CancellationScope({ cancellable: true });
  timer
    .run(() => sleep('10 minutes'))
    .catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
    });
  await floorActivitiesAlone(activities - 3);
  await nothingButTell();
  await Promise.all([nothing(), condition(() => facts > 0)]);
  await nothingButTell();
  await condition(() => facts > 1);
  timer.cancel();
}

/** As many activities, each of the last ones followed by the wait for a fact from outside. */
export async function floorMove(activities: number, waits: number): Promise<void> {
  let facts = 0;
  setHandler(factSignal, () => void (facts += 1));
  await floorActivitiesAlone(activities - waits);
  for (let told = 1; told <= waits; told++) {
    await nothingButTell();
    await condition(() => facts >= told);
  }
}

export async function floorActivitiesAlone(activities: number): Promise<void> {
  for (let i = 0; i < activities; i++) await nothing();
}

export * from './control.ts';
