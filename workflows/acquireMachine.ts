// Goes through the candidates until one of them runs with the home attached; what a failed one left is removed before the next.

import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { OperationRef } from '../domain/ids.ts';
import {
  type Candidate,
  type Home,
  isCapacityReason,
  type LaunchKey,
  type LaunchPlan,
  type Machine,
  type Owner,
} from '../domain/machine.ts';
import { endMachine } from './endMachine.ts';
import { failure } from './failure.ts';
import { MachineEnded, type MachineSignals } from './machineSignals.ts';
import { callActivities, launchActivities } from './policies.ts';
import { Unwind } from './unwind.ts';
import { whileItLives } from './whileItLives.ts';

export type Acquisition = {
  readonly operation: OperationRef;
  readonly owner: Owner;
  readonly generation: number;
  readonly plan: LaunchPlan;
  /** ISO; until then the machine of the candidate may register. */
  readonly bootDeadlineAt: (candidate: Candidate) => string;
  readonly provesHome: boolean;
  /** The number of the first try; absent = 1. */
  readonly firstAttempt?: number;
};

export type Acquired = { readonly machine: Machine; readonly home: Home };

/** Brings a home to the machine that was just launched, and attaches it. Begun again for the next machine where that one ends meanwhile. */
export type ProvideHome = (machine: Machine, key: LaunchKey) => Promise<Home>;

/** Spent tokens and machines that die at once may repeat; beyond this many tries more than there are candidates a person should look. */
const MAX_REPEATS = 5;

/**
 * Throws CAPACITY_EXHAUSTED when no candidate has room, else the failure of the try that can't be helped by another one.
 * `onStep` is told what is going on; `undo` gets what has to be undone if a later step fails. What `provideHome` makes for the
 * launch is deleted with it; what it takes from elsewhere is its own to give back.
 */
export async function acquireMachine(
  acquisition: Acquisition,
  signals: MachineSignals,
  undo: Unwind,
  onStep: (step: string) => void,
  provideHome: ProvideHome,
): Promise<Acquired> {
  const tried: string[] = [];
  let candidates = acquisition.plan.candidates;
  const { firstAttempt = 1 } = acquisition;
  const attempts = candidates.length + MAX_REPEATS;
  for (let attempt = firstAttempt; attempt < firstAttempt + attempts; attempt++) {
    const candidate = candidates[0];
    if (candidate === undefined) break;
    const verdict = await tryCandidate(acquisition, candidate, attempt, signals, undo, onStep, provideHome);
    if (typeof verdict === 'object') return verdict;
    // A dead machine says nothing about the zone's capacity: the same candidate gets another token.
    if (verdict === 'nothing there') candidates = candidates.slice(1);
    // Neither does the money or the quota for a type come from another zone.
    if (verdict === 'no room for it')
      candidates = candidates.filter((each) => each.instanceType !== candidate.instanceType);
    tried.push(`${candidate.instanceType} in ${candidate.zone}`);
  }
  throw failure('CAPACITY_EXHAUSTED', { tried: [...new Set(tried)] });
}

async function tryCandidate(
  { operation, owner, generation, plan, bootDeadlineAt, provesHome }: Acquisition,
  candidate: Candidate,
  attempt: number,
  signals: MachineSignals,
  undo: Unwind,
  onStep: (step: string) => void,
  provideHome: ProvideHome,
): Promise<Acquired | Verdict> {
  const key: LaunchKey = { workspaceId: operation.workspaceId, generation, attempt };
  const where = `${candidate.instanceType} in ${candidate.zone}`;
  const own = new Unwind();
  undo.push(`try ${attempt}: ${where}`, () => own.run());
  // Undone in reverse: the machine goes first, as a volume in use can't be deleted.
  own.push('delete home', () =>
    callActivities.deleteHomes.executeWithOptions({ summary: 'delete home' }, [
      operation,
      owner.workspaceId,
      { of: key },
    ]),
  );
  own.push('end machine', () => endMachine(operation, key, signals));
  try {
    onStep(`launching ${where}`);
    const machine = await launchActivities.launchMachine.executeWithOptions({ summary: `launch ${where}` }, [
      { operation, key, owner, candidate, plan, bootDeadlineAt: bootDeadlineAt(candidate), provesHome },
    ]);
    onStep(`booting ${machine.instanceId} in ${machine.zone}`);
    const home = await whileItLives(machine, signals, () => provideHome(machine, key));
    return { machine, home };
  } catch (error) {
    const verdict = canTryAgain(error);
    if (verdict === null) throw error;
    await own.run();
    return verdict;
  }
}

type Verdict = 'nothing there' | 'died' | 'no room for it';

/** By what a launch failed with; the last two are about a dearer or larger type than the plan's first (activities/ec2/reserveCandidate.ts). */
const VERDICTS: Readonly<Record<string, Verdict>> = {
  AWS_CAPACITY: 'nothing there',
  MACHINE_DIED: 'died',
  BUDGET_EXCEEDED: 'no room for it',
  AWS_QUOTA_INSUFFICIENT: 'no room for it',
};

/** What another try could change, or null where it could change nothing. */
function canTryAgain(error: unknown): Verdict | null {
  if (error instanceof MachineEnded) return isCapacityReason(error.fact.stateReason) ? 'nothing there' : 'died';
  if (!(error instanceof ActivityFailure) || !(error.cause instanceof ApplicationFailure)) return null;
  return VERDICTS[error.cause.type ?? ''] ?? null;
}
