// The floors of control: an update with nothing in it, a timer with a local activity after it, a signal with one.

import { condition, defineSignal, defineUpdate, proxyLocalActivities, setHandler, sleep } from '@temporalio/workflow';
import type { FloorActivities } from './activities.ts';

const { stamp } = proxyLocalActivities<FloorActivities>({ startToCloseTimeout: '10s' });

export const touchUpdate = defineUpdate<void, []>('touch');
export const closeSignal = defineSignal('close');
export const pokeSignal = defineSignal('poke');

/** Open, and answers. */
export async function floorControl(): Promise<void> {
  let isClosed = false;
  setHandler(touchUpdate, () => {});
  setHandler(closeSignal, () => void (isClosed = true));
  await condition(() => isClosed);
}

/** How late an effect is after its time, ms. */
export async function floorTimer(graceMs: number): Promise<number> {
  const deadlineAt = Date.now() + graceMs;
  await sleep(graceMs);
  return (await stamp()) - deadlineAt;
}

/** When a signal's effect was there, epoch ms. */
export async function floorSignal(): Promise<number> {
  let isPoked = false;
  setHandler(pokeSignal, () => void (isPoked = true));
  await condition(() => isPoked);
  return stamp();
}
