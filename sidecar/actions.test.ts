// The agent's queue: permits that run out on their way, batches that end at a refusal, looks that are too old.

import { type Action, DesktopActions, type Permit } from './actions.ts';

/** A clock that stands, and permits as a test gives them. */
function desk(
  answer: (kind: string, fence: number) => Permit | Promise<Permit> = (_, fence) => ({ fence, validMs: 100 }),
) {
  const clock = { now: 1_000 };
  const asked: string[] = [];
  const actions = new DesktopActions(
    async (kind, fence) => {
      asked.push(kind);
      return answer(kind, fence);
    },
    () => clock.now,
  );
  actions.granted(1);
  return { actions, clock, asked };
}

const look: Action = { kind: 'screenshot', run: async () => 'pixels' };
const click: Action = { kind: 'pointer', run: async () => 'clicked' };
const publish: Action = { kind: 'pointer', isSensitive: true, run: async () => 'published' };
const statusesOf = async (actions: DesktopActions, batch: readonly Action[]) =>
  (await actions.submit(batch)).map((outcome) => ('because' in outcome ? outcome.because : outcome.status));

it('asks for each action, in their order', async () => {
  const { actions, asked } = desk();
  expect(await statusesOf(actions, [look, click, click])).toEqual(['done', 'done', 'done']);
  expect(asked).toEqual(['screenshot', 'pointer', 'pointer']);
});

it('tells each of the rest that it is cancelled, and begins none of it', async () => {
  let permits = 2;
  const { actions, asked } = desk((_, fence) =>
    permits-- > 0 ? { fence, validMs: 100 } : { refused: 'human_in_control' },
  );
  const outcomes = await actions.submit([look, click, click, click, look]);
  expect(outcomes.map(({ status }) => status)).toEqual(['done', 'done', 'refused', 'cancelled', 'cancelled']);
  expect(outcomes.slice(2)).toEqual([
    { status: 'refused', because: 'human_in_control' },
    { status: 'cancelled', because: 'human_in_control' },
    { status: 'cancelled', because: 'human_in_control' },
  ]);
  expect(asked).toHaveLength(3);
});

it('an action that fails does not end the batch', async () => {
  const { actions } = desk();
  const broken: Action = {
    kind: 'keyboard',
    run: async () => {
      throw new Error('no such key');
    },
  };
  expect(await actions.submit([look, broken, look])).toMatchObject([
    { status: 'done' },
    { status: 'failed', error: 'no such key' },
    { status: 'done' },
  ]);
});

it('a permit that ran out on its way permits nothing: it is asked for again, and not for ever', async () => {
  const slow = desk((_, fence) => {
    slow.clock.now += 200;
    return { fence, validMs: 100 };
  });
  expect(await statusesOf(slow.actions, [look])).toEqual(['control_lost']);
  expect(slow.asked).toHaveLength(3);
});

it('under each grant the first thing is a look', async () => {
  const { actions } = desk();
  expect(await statusesOf(actions, [click])).toEqual(['look_first']);
  expect(await statusesOf(actions, [look, click])).toEqual(['done', 'done']);
  actions.granted(1);
  expect(await statusesOf(actions, [click])).toEqual(['done']);
  actions.granted(3);
  expect(await statusesOf(actions, [click, look])).toEqual(['look_first', 'look_first']);
});

it('what is sensitive needs a look under this grant, after the last input, at most 30 s old', async () => {
  const { actions, clock } = desk();
  clock.now += 1;
  expect(await statusesOf(actions, [look, click])).toEqual(['done', 'done']);
  expect(await statusesOf(actions, [publish])).toEqual(['look_first']);
  clock.now += 1;
  expect(await statusesOf(actions, [look])).toEqual(['done']);
  clock.now += 30_001;
  expect(await statusesOf(actions, [publish])).toEqual(['look_first']);
  expect(await statusesOf(actions, [look, publish])).toEqual(['done', 'done']);
});

it('a long action stops at the chunk that is not permitted any more', async () => {
  let permits = 3;
  const { actions } = desk((_, fence) => (permits-- > 0 ? { fence, validMs: 100 } : { refused: 'control_lost' }));
  const typed: string[] = [];
  const type: Action = {
    kind: 'keyboard',
    async run(nextChunk) {
      for (const part of ['a', 'b', 'c']) {
        if (part !== 'a') await nextChunk();
        typed.push(part);
      }
    },
  };
  expect(await statusesOf(actions, [look, type])).toEqual(['done', 'control_lost']);
  expect(typed).toEqual(['a', 'b']);
});

it('a result spans an epoch where control changed hands after the permit had run out, and only then', async () => {
  let isOurs = true;
  const { actions, clock } = desk((_, fence) => (isOurs ? { fence, validMs: 100 } : { refused: 'control_lost' }));
  const long: Action = {
    kind: 'pointer',
    async run() {
      clock.now += 500;
    },
  };
  expect(await actions.submit([look, long])).toMatchObject([{}, { spansEpochs: false }]);
  const lost: Action = {
    kind: 'pointer',
    async run() {
      clock.now += 500;
      isOurs = false;
    },
  };
  expect(await actions.submit([lost])).toMatchObject([{ status: 'done', spansEpochs: true }]);
});

it('a screenshot that spans an epoch is not shown while the agent may see nothing, and is marked where it may', async () => {
  for (const mayLook of [false, true]) {
    let isTheirs = false;
    const { actions, clock } = desk((kind, fence) =>
      !isTheirs || (mayLook && kind === 'screenshot') ? { fence, validMs: 100 } : { refused: 'human_in_control' },
    );
    const slow: Action = {
      kind: 'screenshot',
      async run() {
        clock.now += 500;
        isTheirs = true;
        return 'a password';
      },
    };
    const outcomes = await actions.submit([slow, click]);
    if (mayLook) expect(outcomes[0]).toMatchObject({ status: 'done', result: 'a password', spansEpochs: true });
    else {
      expect(outcomes).toMatchObject([{ status: 'refused', because: 'human_in_control' }, { status: 'cancelled' }]);
      expect(JSON.stringify(outcomes)).not.toContain('a password');
    }
  }
});

it('to yield is to wait for the action in flight, and to begin nothing until the next grant', async () => {
  const { actions } = desk();
  let end = (): void => {};
  const inFlight = new Promise<void>((resolve) => (end = resolve));
  const batch = actions.submit([look, { kind: 'pointer', run: () => inFlight }, click]);
  await new Promise((resolve) => setImmediate(resolve));
  expect(await actions.yield(1)).toBe(false);
  const yielded = actions.yield(10_000);
  end();
  expect(await yielded).toBe(true);
  expect((await batch).map(({ status }) => status)).toEqual(['done', 'done', 'refused']);
  expect(await statusesOf(actions, [look])).toEqual(['control_lost']);
  actions.granted(3);
  expect(await statusesOf(actions, [look])).toEqual(['done']);
});
