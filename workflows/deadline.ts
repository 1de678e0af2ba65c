// One deadline for a whole stretch of work: its end cancels what runs and says so, apart from a cancellation by others.

import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';

/** The time that this takes does not count: it has a deadline of its own. */
export type OutOfTime = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Runs `work` for at most `ms`; past that it is cancelled and `late()` is thrown. `summary` names the timer in the UI. */
export async function withDeadline<Result>(
  ms: number,
  summary: string,
  work: (outOfTime: OutOfTime) => Promise<Result>,
  late: () => Error,
): Promise<Result> {
  let isLate = false;
  let standing = 0;
  let stoodMs = 0;
  const scope = new CancellationScope({ cancellable: true });
  const timer = new CancellationScope({ cancellable: true });
  timer
    .run(async () => {
      await sleep(ms, { summary });
      for (await running(); stoodMs > 0; await running()) {
        const moreMs = stoodMs;
        stoodMs = 0;
        await sleep(moreMs, { summary });
      }
      isLate = true;
      scope.cancel();
    })
    .catch((error) => {
      if (!isCancellation(error)) throw error;
    });
  try {
    return await scope.run(() => work(outOfTime));
  } catch (error) {
    if (isLate && isCancellation(error)) throw late();
    throw error;
  } finally {
    timer.cancel();
  }

  async function outOfTime<Other>(other: () => Promise<Other>): Promise<Other> {
    const since = Date.now();
    standing++;
    try {
      return await other();
    } finally {
      standing--;
      stoodMs += Date.now() - since;
    }
  }

  async function running(): Promise<void> {
    await condition(() => standing === 0);
  }
}
