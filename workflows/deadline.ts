// One deadline for a whole stretch of work: its end cancels what runs and says so, apart from a cancellation by others.

import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';

/** Runs `work` for at most `ms`; past that it is cancelled and `late()` is thrown. `summary` names the timer in the UI. */
export async function withDeadline<Result>(
  ms: number,
  summary: string,
  work: () => Promise<Result>,
  late: () => Error,
): Promise<Result> {
  let isLate = false;
  const scope = new CancellationScope({ cancellable: true });
  const timer = new CancellationScope({ cancellable: true });
  timer
    .run(async () => {
      await sleep(ms, { summary });
      isLate = true;
      scope.cancel();
    })
    .catch((error) => {
      if (!isCancellation(error)) throw error;
    });
  try {
    return await scope.run(work);
  } catch (error) {
    if (isLate && isCancellation(error)) throw late();
    throw error;
  } finally {
    timer.cancel();
  }
}
