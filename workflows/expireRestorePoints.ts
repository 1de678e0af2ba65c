// expireRestorePoints: deletes those whose time is over; started by its schedule (workers/schedules.ts).

import { callActivities } from './policies.ts';

export async function expireRestorePoints(): Promise<string> {
  const summary = 'delete what has expired';
  const deleted = await callActivities.expireRestorePoints.executeWithOptions({ summary }, []);
  return `${deleted} restore points deleted`;
}
