// The saga's way back: what was begun is undone in reverse order, whatever ended the way forward.

import { CancellationScope, log } from '@temporalio/workflow';

export class Unwind {
  readonly #steps: { readonly name: string; readonly undo: () => Promise<void> }[] = [];

  /** Register before the step begins: `undo` must bear that it never happened. */
  push(name: string, undo: () => Promise<void>): void {
    this.#steps.push({ name, undo });
  }

  /** The point of no return: from here on failures go forward. */
  forget(): void {
    this.#steps.length = 0;
  }

  /** Runs `work`; if it fails or is cancelled, undoes everything and fails as `work` did. */
  async onFailure<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      await this.run();
      throw error;
    }
  }

  /**
   * Undoes everything pushed so far, the latest first, out of reach of any cancellation. One that fails is logged, and the
   * others still run: its resource stays in the records, where a delete or the reconciler finds it.
   */
  run(): Promise<void> {
    return CancellationScope.nonCancellable(async () => {
      for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
        try {
          await step.undo();
        } catch (error) {
          log.error('An undo failed', { step: step.name, error: String(error) });
        }
      }
    });
  }
}
