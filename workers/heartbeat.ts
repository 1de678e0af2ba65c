// Beats for every activity while it runs, so that a killed worker is noticed in seconds and the activity is given to another.

import type { ActivityInterceptors } from '@temporalio/worker';
import type { Context } from '@temporalio/activity';

/** A third of the heartbeat timeout (workflows/policies.ts); an activity that is quicker than this never beats, and costs nothing. */
const BEAT_MS = 3_000;

export const heartbeatInterceptor = (context: Context): ActivityInterceptors => ({
  inbound: {
    async execute(input, next) {
      if (context.info.isLocal) return next(input);
      const beat = setInterval(() => context.heartbeat(), BEAT_MS);
      try {
        return await next(input);
      } finally {
        clearInterval(beat);
      }
    },
  },
});
