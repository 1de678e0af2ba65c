// The way back of an operation that replaces a machine: whichever comes first, the new machine's registration or the closing of its
// generation, decides whether it is gone.

import { CancellationScope, isCancellation, setCurrentDetails } from '@temporalio/workflow';
import type { OperationRef } from '../domain/ids.ts';
import type { Home, LaunchPlan, Machine } from '../domain/machine.ts';
import type { Registration } from '../domain/workspace.ts';
import type { Acquired } from './acquireMachine.ts';
import { failureWithStanding, reasonOf } from './failure.ts';
import type { OldMachine } from './oldMachine.ts';
import { recordActivities } from './policies.ts';
import type { Unwind } from './unwind.ts';

export type Replacing = {
  readonly operation: OperationRef;
  readonly generation: number;
  readonly home: Home;
  readonly machine: Machine | null;
  readonly old: OldMachine;
};

export type Replaced = { readonly acquired: Acquired; readonly registration: Registration; readonly plan: LaunchPlan };

/** What could register at any moment: set before its home is attached. */
export type Pending = { acquired?: Acquired; plan?: LaunchPlan };

/**
 * Runs `forward`; where it fails or is cancelled, what is new is undone and the old machine has its home back, and it fails as
 * `forward` did. Where a new machine has registered meanwhile there is nothing to go back to, and it succeeds. Failing itself it
 * says what the workspace is left with.
 */
export async function goingBack(
  { operation, generation, home, machine, old }: Replacing,
  undo: Unwind,
  forward: (pending: Pending) => Promise<Replaced>,
): Promise<Replaced> {
  const pending: Pending = {};
  try {
    return await forward(pending);
  } catch (error) {
    return await CancellationScope.nonCancellable(async () => {
      const because = isCancellation(error) ? 'it was cancelled' : reasonOf(error).message;
      setCurrentDetails(`**going back**: ${because}`);
      const summary = `close generation ${generation}`;
      const registered = await recordActivities.closeGeneration.executeWithOptions({ summary }, [
        operation.workspaceId,
        generation,
      ]);
      const { acquired, plan } = pending;
      if (registered !== null && plan !== undefined && acquired?.machine.attempt === registered.attempt) {
        const { url, agentCard } = registered;
        return { acquired, registration: { url, agentCard }, plan };
      }
      await undo.run();
      if (old.hasEnded) {
        throw failureWithStanding('MACHINE_LOST', { volume_id: home.volumeId, because }, failed(home, null));
      }
      try {
        await old.takeBack();
      } catch (lost) {
        const { code, context } = reasonOf(lost);
        throw failureWithStanding(code, context, failed(home, machine));
      }
      setCurrentDetails(`gone back: ${because}`);
      throw error;
    });
  }
}

const failed = (home: Home, machine: Machine | null) => ({ phase: 'failed', home, machine }) as const;
