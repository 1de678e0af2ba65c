// reapOrphans: looks for what AWS has with our tags and nobody owns, and ends what may be ended; started by its schedule (workers/schedules.ts).

import { reaperActivities } from './policies.ts';

export async function reapOrphans(): Promise<string> {
  const { seen, orphans, unknown } = await reaperActivities.findOrphans.executeWithOptions(
    { summary: 'compare AWS with the records' },
    [],
  );
  const ended = await reaperActivities.endOrphans.executeWithOptions({ summary: 'end what may be ended' }, []);
  return `${seen} seen, ${orphans} of nobody (${unknown} unknown), ${ended} ended`;
}
