// What holds whatever commands, ends, notices and facts come, in whatever order: random sequences, with the invariants after each step.

import fc from 'fast-check';
import {
  cancelled,
  checkpointed,
  commandOf,
  COMMANDS,
  destroyed,
  end,
  failed,
  fresh,
  home,
  homeAlone,
  NOW,
  online,
  operation,
} from './testing.ts';
import type { Change, Command, Fact, OnlineOutcome, Operation, Outcome, Refusal, WorkspaceState } from './workspace.ts';
import { isQuiet } from './quietCheckpoints.ts';
import { decide } from './workspaceCommands.ts';
import { brokenInvariants } from './workspaceInvariants.ts';
import { fold } from './workspaceOutcomes.ts';

/** Another one is played by `CHAOS_SEED=n npm test -- domain/workspaceSequences`. */
const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_127);

type Step =
  | { readonly command: Command['type']; readonly id: number; readonly target: number }
  /** The end of what runs, or of what does not. */
  | { readonly ends: number; readonly how: number; readonly isStale: boolean }
  | { readonly told: 'interruption' | 'rebalance' | 'machineEnded'; readonly isOther: boolean }
  | { readonly told: 'checkpointDue'; readonly id: number }
  | { readonly told: 'retryDue' | 'serviceInterrupted' | 'serviceRestored' | 'idle' };

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ command: fc.constantFrom(...COMMANDS), id: fc.nat(30), target: fc.nat(3) }) },
    { weight: 4, arbitrary: fc.record({ ends: fc.nat(3), how: fc.nat(9), isStale: oneIn(8) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        told: fc.constantFrom('interruption' as const, 'rebalance' as const, 'machineEnded' as const),
        isOther: oneIn(5),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ told: fc.constant('checkpointDue' as const), id: fc.integer({ min: 60, max: 70 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        told: fc.constantFrom(
          'retryDue' as const,
          'serviceInterrupted' as const,
          'serviceRestored' as const,
          'idle' as const,
        ),
      }),
    },
  ),
  { maxLength: 60, size: 'max' },
);

function oneIn(n: number) {
  return fc.nat(n - 1).map((drawn) => drawn === 0);
}

/** As its kind can end, with what the workspace has. */
function endsOf({ kind, generation }: Operation, { machine }: WorkspaceState): readonly Outcome[] {
  const as = machine === null ? [] : [{ ...online(machine.generation), machine } as Outcome];
  const left = (standing: Extract<Outcome, { result: 'failed' }>['standing']): Outcome =>
    ({ ...failed, standing }) as Outcome;
  const lost = [left({ phase: 'failed', machine: null, home }), left({ phase: 'failed', machine, home })];
  switch (kind) {
    case 'provision':
      return [online(generation), failed, cancelled];
    case 'recreate':
    case 'restore':
      return [online(generation), failed, cancelled, ...lost];
    case 'resume':
      return [online(generation), ...as, failed, cancelled, ...lost];
    case 'restart':
      return [...as, failed, cancelled, ...lost];
    case 'pause':
      return [homeAlone, { ...homeAlone, machine } as Outcome, failed, cancelled, ...lost];
    case 'checkpoint':
      return [checkpointed, failed, cancelled];
    case 'recover': {
      const waits = left({ phase: 'paused', machine: null, home }) as Outcome & { result: 'failed' };
      const scarce = { code: 'CAPACITY_EXHAUSTED', context: {}, message: 'no room' } as const;
      return [online(generation), waits, { ...waits, reason: scarce }, failed, cancelled];
    }
    case 'destroy':
      return [destroyed, failed, cancelled];
  }
}

/** Its own: a second time it changes nothing. */
const IDLE = operation(77);

function apply(state: WorkspaceState, step: Step, running: readonly Operation[]): Change | Refusal {
  if ('command' in step) {
    const id = operation(step.id);
    if (step.command !== 'abort') return decide(state, commandOf[step.command](id));
    return decide(state, commandOf.abort(id, running[step.target % 2]?.id ?? operation(step.target)));
  }
  if ('ends' in step) {
    const ends = running[step.ends % Math.max(1, running.length)];
    if (step.isStale || ends === undefined) return end(state, operation(step.ends), failed);
    const outcomes = endsOf(ends, state);
    const outcome = outcomes[step.how % outcomes.length]!;
    return fold(state, { type: 'operationEnded', operationId: ends.id, outcome, now: NOW });
  }
  return fold(state, factOf(state, step));
}

function factOf(state: WorkspaceState, step: Extract<Step, { told: string }>): Fact {
  if (step.told === 'retryDue') return { type: 'retryDue' };
  if (step.told === 'serviceInterrupted') {
    return { type: 'serviceInterrupted', operationId: state.operation?.id ?? operation(0) };
  }
  if (step.told === 'serviceRestored') {
    const { operation: running, generations } = state;
    const isOne = running !== null && ['recreate', 'restore', 'resume', 'recover'].includes(running.kind);
    const outcome = online(running?.generation ?? generations) as OnlineOutcome;
    return { type: 'serviceRestored', operationId: isOne ? running.id : operation(78), outcome, now: NOW };
  }
  if (step.told === 'idle') return { type: 'idle', operationId: IDLE, mode: 'stop', since: NOW };
  if (step.told === 'checkpointDue') return { type: 'checkpointDue', operationId: operation(step.id) };
  // Of the next machine, which nobody knows of yet, too.
  const other = state.version % 2 === 0 ? 'i-other' : `i-${state.generations}`;
  const instanceId = 'isOther' in step && step.isOther ? other : (state.machine?.instanceId ?? 'i-none');
  const { told } = step;
  if (told === 'machineEnded') return { type: 'machineEnded', instanceId, stateReason: null, now: NOW };
  return { type: 'noticed', notice: { kind: told, instanceId, actionAt: null, source: 'sweep' }, now: NOW };
}

it('keeps its invariants whatever comes in whatever order', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      let state: WorkspaceState = fresh;
      let isDeleted = false;
      let running: Operation[] = [];
      const started = new Set<string>();
      const calledOff = new Set<string>();
      const generations = new Set<number>();
      for (const step of sequence) {
        const before = state;
        const change = apply(state, step, running);
        if ('refused' in change) continue;
        state = change.state;
        expect(brokenInvariants(state)).toEqual([]);
        if (state === before) expect(change).toEqual({ state, effects: [], events: [], operations: [] });
        else expect(state.version).toBe(before.version + 1);
        expect(state.generations).toBeGreaterThanOrEqual(before.generations);

        // What has ended is said to have ended, once, and nothing else is.
        const ended = change.operations.filter(({ outcome }) => outcome !== null).map((each) => each.operation.id);
        expect(ended).toEqual('ends' in step && state !== before ? [expect.any(String)] : []);
        running = running.filter(({ id }) => !ended.includes(id));

        if ('command' in step && state !== before)
          isDeleted = step.command === 'delete' || (isDeleted && step.command === 'abort');
        for (const effect of change.effects) {
          if (effect.type === 'cancel') {
            expect(running.map(({ id }) => id)).toContain(effect.operationId);
            calledOff.add(effect.operationId);
            continue;
          }
          const { operation: begun } = effect;
          expect(started).not.toContain(begun.id);
          started.add(begun.id);
          if (isDeleted) expect(begun.kind).toBe('destroy');
          // One at a time, but for the checkpoint that waits for nobody, of a machine that may be gone meanwhile.
          const isUrgent = begun.kind === 'checkpoint' && begun.reason === 'interruption';
          const isOver = ({ kind, generation }: Operation) =>
            begun.kind === 'recover' && kind === 'checkpoint' && generation < state.generation;
          const givesWay = (each: Operation) => isQuiet(each) && calledOff.has(each.id);
          if (!isUrgent) expect(running.filter((each) => !isOver(each) && !givesWay(each))).toEqual([]);
          if (isQuiet(begun)) expect(state).toMatchObject({ phase: 'ready', status: 'online', operation: null });
          if (makesMachine(begun)) {
            expect(generations).not.toContain(begun.generation);
            generations.add(begun.generation);
          }
          running.push(begun);
        }
        const known = [...(state.operation === null ? [] : [state.operation]), ...state.checkpoints];
        expect(known.map(({ id }) => id).sort()).toEqual(running.map(({ id }) => id).sort());
      }
    }),
    { numRuns: 200, seed: SEED },
  );
});

const makesMachine = ({ kind }: Operation): boolean =>
  ['provision', 'recreate', 'restore', 'resume', 'recover'].includes(kind);

it('what was decided once is decided again: the rules have neither a clock nor chance', () => {
  fc.assert(
    fc.property(steps, (sequence) => {
      const play = (): WorkspaceState => {
        let state: WorkspaceState = fresh;
        for (const step of sequence) {
          const running = [...(state.operation === null ? [] : [state.operation]), ...state.checkpoints];
          const change = apply(state, step, running);
          if (!('refused' in change)) state = change.state;
        }
        return state;
      };
      expect(play()).toEqual(play());
    }),
    { numRuns: 100, seed: SEED },
  );
});
