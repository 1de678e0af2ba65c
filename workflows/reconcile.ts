// reconcile: a second line behind the entities, for what was done to them from outside and for those that are stuck; started by its schedule (workers/schedules.ts).

import { reaperActivities } from './policies.ts';

export async function reconcile(): Promise<string> {
  const summary = 'take up workspaces whose entity was ended';
  const count = await reaperActivities.takeUpLost.executeWithOptions({ summary }, []);
  return `${count} taken up`;
}
