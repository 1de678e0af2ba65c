// Every command in every phase: where it leads, and what it starts, cancels and tells, or why it is refused.

import { commandOf, COMMANDS, NEW, operation, RUNNING, type StateName, STATES, summary } from './testing.ts';
import type { Command, OperationKind } from './workspace.ts';
import { decide } from './workspaceCommands.ts';
import { brokenInvariants } from './workspaceInvariants.ts';

const BUSY = 'refused OPERATION_IN_PROGRESS';
const WRONG = 'refused WRONG_PHASE';
type Row = Record<Command['type'], string>;
const rowOf = (otherwise: string, cells: Partial<Row> = {}): Row =>
  ({ ...Object.fromEntries(COMMANDS.map((type) => [type, otherwise])), ...cells }) as Row;

/** While something runs, it can be called off, and a delete calls it off and waits. */
const running = (phase: string, kind: OperationKind, cells: Partial<Row> = {}): Row =>
  rowOf(BUSY, {
    delete: `unwinding, cancel ${kind}, REMOVED`,
    abort: `${phase}, cancel ${kind}, OPERATION_ABORTING`,
    ...cells,
  });
/** While nothing runs, of a workspace whose highest generation is `generations`. */
const resting = (generations: number, cells: Partial<Row>): Row =>
  rowOf(WRONG, {
    create: BUSY,
    delete: `destroying, start destroy ${generations}, REMOVED`,
    recreate: `recreating, start recreate ${generations + 1}, OPERATION_STARTED`,
    checkpoint: 'checkpointing, start checkpoint 1, OPERATION_STARTED',
    restore: `restoring, start restore ${generations + 1}, OPERATION_STARTED`,
    abort: 'refused OPERATION_NOT_FOUND',
    ...cells,
  });
const anew = 'provisioning, start provision 2, PROVISIONING';

const TABLE: Record<StateName, Row> = {
  new: rowOf('refused WORKSPACE_NOT_FOUND', { create: 'provisioning, start provision 1, PROVISIONING' }),
  provisioning: running('provisioning', 'provision'),
  ready: resting(1, {
    restart: 'restarting, start restart 1, OPERATION_STARTED',
    pause: 'pausing, start pause 1, OPERATION_STARTED',
    update: 'ready, UPDATED',
  }),
  // Whatever is asked for comes first.
  'ready, copied meanwhile': resting(1, {
    delete: 'unwinding, cancel checkpoint, REMOVED',
    recreate: 'recreating, cancel checkpoint, start recreate 2, OPERATION_STARTED',
    restart: 'restarting, cancel checkpoint, start restart 1, OPERATION_STARTED',
    pause: 'pausing, cancel checkpoint, start pause 1, OPERATION_STARTED',
    checkpoint: 'checkpointing, cancel checkpoint, start checkpoint 1, OPERATION_STARTED',
    restore: 'restoring, cancel checkpoint, start restore 2, OPERATION_STARTED',
    update: 'ready, UPDATED',
  }),
  recreating: running('recreating', 'recreate'),
  restoring: running('restoring', 'restore'),
  restarting: running('restarting', 'restart'),
  pausing: running('pausing', 'pause'),
  paused: resting(1, { resume: 'resuming, start resume 2, OPERATION_STARTED', update: 'paused, UPDATED' }),
  'paused, home alone': resting(1, {
    resume: 'resuming, start resume 2, OPERATION_STARTED',
    update: 'paused, UPDATED',
  }),
  'paused, tries again': resting(2, {
    resume: 'resuming, start resume 3, OPERATION_STARTED',
    update: 'paused, UPDATED',
  }),
  resuming: running('resuming', 'resume'),
  checkpointing: running('checkpointing', 'checkpoint'),
  interrupted: running('interrupted', 'checkpoint'),
  'interrupted, checkpoint beside': running('recreating', 'recreate', {
    delete: 'unwinding, cancel recreate, cancel checkpoint, REMOVED',
  }),
  'interrupted, checkpoint alone': rowOf(BUSY, {
    delete: 'unwinding, cancel checkpoint, REMOVED',
    abort: 'unchanged',
  }),
  recovering: running('recovering', 'recover'),
  // It has no home yet: whatever makes a machine makes it as if for the first time.
  failed: resting(1, { recreate: anew, restart: anew, checkpoint: WRONG, update: 'failed, UPDATED' }),
  'failed, home alone': resting(2, {
    restart: 'recreating, start recreate 3, OPERATION_STARTED',
    update: 'failed, UPDATED',
  }),
  'failed, machine left': resting(1, {
    restart: 'restarting, start restart 1, OPERATION_STARTED',
    update: 'failed, UPDATED',
  }),
  unwinding: running('unwinding', 'provision', { delete: 'unchanged' }),
  destroying: rowOf(BUSY, { delete: 'unchanged', abort: 'refused OPERATION_NOT_ABORTABLE' }),
  gone: rowOf('refused WORKSPACE_REMOVED'),
};

const cases = Object.entries(TABLE).flatMap(([name, row]) =>
  COMMANDS.map((type) => [name as StateName, type, row[type]] as const),
);
const commandIn = (name: StateName, type: Command['type'], operationId = NEW): Command =>
  type === 'abort'
    ? commandOf.abort(operationId, STATES[name].operation?.id ?? abortable(name))
    : commandOf[type](operationId);
/** The recreate that a notice has called off has ended: to call it off is to ask for what is so. */
const abortable = (name: StateName) => (name === 'interrupted, checkpoint alone' ? RUNNING : operation(50));

it('the states that the tables start from are in the phase that they are called by, and sound', () => {
  for (const [name, state] of Object.entries(STATES)) {
    if (name !== 'interrupted, checkpoint beside') expect(state.phase).toBe(name.split(',')[0]);
    expect(brokenInvariants(state)).toEqual([]);
  }
});

it.each(cases)('%s: %s leads to: %s', (name, type, expected) => {
  const state = STATES[name];
  const decision = decide(state, commandIn(name, type));
  expect(summary(state, decision)).toBe(expected);
  if ('refused' in decision || decision.state === state) return;
  expect(decision.state.version).toBe(state.version + 1);
  expect(brokenInvariants(decision.state)).toEqual([]);
});

it.each(cases.filter(([, , expected]) => expected === BUSY))(
  '%s: the refusal of %s names an operation',
  (name, type) => {
    expect(decide(STATES[name], commandIn(name, type))).toMatchObject({
      context: { operation: expect.any(String), operation_id: expect.any(String) },
    });
  },
);

it.each(Object.entries(STATES))(
  '%s: a command that was taken before changes nothing, whatever it asks for',
  (name, state) => {
    const known = [state.operation?.id, state.next?.id, ...state.recorded.map((entry) => entry.operation.id)];
    for (const operationId of known) {
      if (operationId === undefined) continue;
      for (const type of COMMANDS) {
        expect(summary(state, decide(state, commandIn(name as StateName, type, operationId)))).toBe('unchanged');
      }
    }
  },
);

it('a name is changed whatever runs; what a machine is made of is not', () => {
  const change = (state: (typeof STATES)[StateName], what: Partial<typeof state.profile>) =>
    decide(state, { type: 'update', operationId: NEW, change: what as object });
  for (const name of ['provisioning', 'recreating', 'pausing', 'interrupted', 'recovering'] as const) {
    const state = STATES[name];
    expect(change(state, { name: 'y' })).toMatchObject({ state: { phase: state.phase, profile: { name: 'y' } } });
    expect(change(state, { tier: 4 })).toMatchObject({ refused: 'OPERATION_IN_PROGRESS' });
  }
});

it('a removed workspace comes back from its restore point with the next generation', () => {
  const { profile, version, generations } = STATES.gone;
  const removed = { profile: profile!, version, generations };
  const back = decide(STATES.new, { ...commandOf.restore(NEW), removed });
  expect(summary(STATES.new, back)).toBe('provisioning, start provision 2, PROVISIONING');
  expect(back).toMatchObject({ state: { version: version + 1, generations: 2, restoreUntil: null } });
});
