// A forced takeover is a timer and a write, a yield is a signal and a write: how much later than the same with nothing in them?

import type { Berth } from '../../test/support/berth.ts';
import { type Agent, busy, type desktopMachines, type desktopsOf } from '../../test/support/desktop.ts';
import { type Figures, figuresOf, row } from '../figures.ts';
import { pokeSignal } from '../floor/control.ts';
import { FLOOR_QUEUE } from './floorQueue.ts';

/** At once, so that a run does not take an hour. */
const TOGETHER = 4;
/** The first of a worker is late by the loading of what all later ones use. */
const WARM_UP = TOGETHER;
const LOOK_AFTER_MS = 250;

export async function takeovers(
  berth: Berth,
  on: ReturnType<typeof desktopsOf>,
  machines: ReturnType<typeof desktopMachines>,
  rounds: number,
  graceMs: number,
): Promise<{ timer: Figures; forced: Figures; signal: Figures; yielded: Figures }> {
  const { temporal } = berth;
  const desks: { readonly id: string; readonly agent: Agent }[] = [];
  for (let index = 0; index < TOGETHER; index++) {
    const id = await on.online(`taken over ${index}`);
    desks.push({ id, agent: await machines.agent(id) });
  }
  const [timer, forced, signal, yielded]: number[][] = [[], [], [], []];
  for (let done = -WARM_UP; done < rounds; done += TOGETHER) {
    const late = await Promise.all(desks.map(() => floorTimer()));
    const lateOurs = await Promise.all(desks.map((desk) => force(desk)));
    const bare = await floorSignal();
    const afterYield = await giveWay(desks[0]!);
    if (done < 0) continue;
    timer!.push(...late);
    forced!.push(...lateOurs);
    signal!.push(bare);
    yielded!.push(afterYield);
    process.stderr.write(`takeover ${done + TOGETHER} of ${rounds}\n`);
  }
  const figures = {
    timer: figuresOf(timer!),
    forced: figuresOf(forced!),
    signal: figuresOf(signal!),
    yielded: figuresOf(yielded!),
  };
  const { timer: t, forced: f, signal: s, yielded: y } = figures;
  console.log(row('bare timer, lateness', t));
  console.log(row('forced, lateness', f));
  console.log(
    `forced over the timer: p50 ${(f.p50 / t.p50).toFixed(2)}, p99 ${(f.p99 / t.p99).toFixed(2)} (1.3 or less)`,
  );
  console.log(
    `p99 ${f.p99.toFixed(0)} ms after the deadline (150 or less); earliest ${f.min.toFixed(0)} ms (never before)`,
  );
  console.log(row('bare signal to effect', s));
  console.log(row('yield to grant', y));
  console.log(
    `yield over the signal: p50 ${(y.p50 / s.p50).toFixed(2)}, p99 ${(y.p99 / s.p99).toFixed(2)} (2 or less)`,
  );
  return figures;

  async function floorTimer(): Promise<number> {
    const options = { taskQueue: FLOOR_QUEUE, workflowId: `timer-${crypto.randomUUID()}` };
    return (await temporal.workflow.execute('floorTimer', { ...options, args: [graceMs] })) as number;
  }

  async function floorSignal(): Promise<number> {
    const options = { taskQueue: FLOOR_QUEUE, workflowId: `signal-${crypto.randomUUID()}` };
    const handle = await temporal.workflow.start('floorSignal', options);
    await handle.describe();
    const toldAt = Date.now();
    await handle.signal(pokeSignal);
    return ((await handle.result()) as number) - toldAt;
  }

  /** After the deadline that was told, by the audit's clock. */
  async function force({ id, agent }: (typeof desks)[number]): Promise<number> {
    const { finish } = await busy(agent);
    const asked = await on.control(id, 'takeover');
    const deadlineAt = Date.parse(String(asked.body['deadline_at']));
    const at = await granted(id, String(asked.body['request_id']), deadlineAt);
    finish();
    await on.control(id, 'release');
    return at - deadlineAt;
  }

  /** From the machine's answer to the grant. */
  async function giveWay({ id, agent }: (typeof desks)[number]): Promise<number> {
    const { finish, outcome } = await busy(agent);
    const asked = await on.control(id, 'takeover');
    finish();
    await outcome;
    const toldAt = Date.now();
    const at = await granted(id, String(asked.body['request_id']), toldAt);
    await on.control(id, 'release');
    return at - toldAt;
  }

  /** Looked for once it should be there: to read an audit is to check all of it, and that is no part of what is measured. */
  async function granted(id: string, requestId: string, sinceMs: number): Promise<number> {
    for (let waitMs = sinceMs + LOOK_AFTER_MS - Date.now(); ; waitMs = LOOK_AFTER_MS) {
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      const { events } = await on.audit(id, 20);
      const line = events.find(
        ({ verb, stage, request_id }) => verb === 'takeover' && stage === 'completed' && request_id === requestId,
      );
      if (line !== undefined) return Date.parse(String(line['at']));
    }
  }
}
