// What must hold in every state of a workspace; tests and chaos runs share it.

import { RECORDED_OPERATIONS, type WorkspaceState } from './workspace.ts';
import { isQuiet } from './quietCheckpoints.ts';
import { isResting } from './workspaceCommands.ts';

/** Empty = all well. */
export function brokenInvariants(state: WorkspaceState): string[] {
  const broken: string[] = [];
  const rule = (holds: boolean, text: string) => void (holds || broken.push(text));
  const running = [...(state.operation === null ? [] : [state.operation]), ...state.checkpoints].map(({ id }) => id);
  rule(state.next === null || running.length > 0, 'an operation waits only behind one that runs');
  rule(
    state.checkpoints.every(({ kind }) => kind === 'checkpoint'),
    'only a checkpoint runs beside another operation',
  );
  rule(state.checkpoints.filter(isQuiet).length <= 1, 'one copy at a time for its own sake');
  rule(new Set(running).size === running.length, 'an operation runs once');
  rule(
    state.recorded.every((r) => !running.includes(r.operation.id)),
    'what has ended does not run',
  );
  rule(state.next === null || state.next.kind === 'destroy', 'only a delete may wait');
  rule(!isResting(state.phase) || state.operation === null, 'a resting phase has no operation');
  rule(state.phase !== 'ready' || state.status === 'online', 'ready means online');
  rule(state.phase !== 'paused' || state.status === 'paused', 'paused means paused');
  rule(state.phase !== 'ready' || (state.machine !== null && state.home !== null), 'ready means a machine and a home');
  rule(state.phase !== 'paused' || state.home !== null, 'paused means a home');
  rule(state.phase !== 'failed' || state.reason !== null, 'failed says why');
  rule(state.phase !== 'destroying' || state.operation?.kind === 'destroy', 'destroying means a destroy');
  rule(state.phase !== 'destroying' || state.checkpoints.length === 0, 'nothing runs beside a destroy');
  rule(state.phase !== 'gone' || (state.machine === null && state.operation === null), 'gone means nothing is left');
  rule(state.machine === null || state.machine.generation === state.generation, 'the machine is of this generation');
  rule(state.generation <= state.generations, 'no generation that was not given out');
  rule(state.recorded.length <= RECORDED_OPERATIONS, 'the record is bounded');
  rule(new Set(state.recorded.map((r) => r.operation.id)).size === state.recorded.length, 'an operation ends once');
  return broken;
}
