// Takes the platform's orders and answers them: asked for over a held request, so that the machine needs no open port.

import type { DesktopActions } from './actions.ts';
import { DEFAULT_WITHIN_MS, type HomeKeeper, type HomeReport } from './homeKeeper.ts';
import { ask, post } from './platform.ts';

export type Platform = {
  readonly url: string;
  readonly token: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
};

/** Whoever asks has taken control long before: other orders need not wait for an action that hangs. */
const YIELD_MS = 10_000;

/** An action takes a moment, or hangs: the home may be needed elsewhere soon. */
const DECISION_MS = 3_000;
/** Of the time that there is, at most. */
const SHARE_FOR_DECISION = 0.2;

/** As much as the platform reads of what was cut off: an answer that it refused would end this machine's service. */
const MOST_TOLD = 50;
const LONGEST_TOLD = 200;

/** `within_ms`: so long the platform waits for the answer. */
type Order = { readonly id: string; readonly kind: string; readonly within_ms?: number | null };
type Answer = { readonly ok: true; readonly result: unknown } | { readonly ok: false; readonly error: string };

/** Until the signal aborts; throws Refused when the platform wants nothing more of this machine. */
export async function followOrders(
  { url, token, signal, log }: Platform,
  home: HomeKeeper,
  actions: DesktopActions,
): Promise<never> {
  const answered = new Map<string, Answer>();
  for (;;) {
    const { orders } = (await ask(`${url}/registry/orders`, token, signal, log)) as { orders: readonly Order[] };
    for (const order of orders) {
      // One whose answer was lost is answered again, and not carried out again.
      const answer = answered.get(order.id) ?? (await carryOut(order, home, actions, log));
      answered.set(order.id, answer);
      await post(`${url}/registry/orders/${order.id}`, token, answer, signal, log);
    }
  }
}

async function carryOut(
  { kind, within_ms }: Order,
  home: HomeKeeper,
  actions: DesktopActions,
  log: (line: string) => void,
): Promise<Answer> {
  log(`ordered to ${kind}`);
  try {
    switch (kind) {
      case 'quiesce':
        return await rested(within_ms ?? DEFAULT_WITHIN_MS, home, actions, log);
      case 'mount':
        await home.mount();
        return done(await home.manifest());
      case 'manifest':
        return done(await home.manifest());
      case 'freeze':
        await home.freeze();
        return { ok: true, result: {} };
      case 'thaw':
        await home.thaw();
        return { ok: true, result: {} };
      case 'wipe-browser-profile':
        await home.wipeBrowserProfile();
        return { ok: true, result: {} };
      case 'yield-control':
        if (await actions.yield(YIELD_MS)) return { ok: true, result: {} };
        return { ok: false, error: 'an action is still running' };
      default:
        return { ok: false, error: `this sidecar knows no order "${kind}"` };
    }
  } catch (error) {
    log(`could not ${kind}: ${String(error)}`);
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

/** The agent stops where it would decide what to do next; whoever hangs is not waited for, and is told of. */
async function rested(
  withinMs: number,
  home: HomeKeeper,
  actions: DesktopActions,
  log: (line: string) => void,
): Promise<Answer> {
  const startedAt = performance.now();
  const hasYielded = await actions.yield(Math.min(DECISION_MS, withinMs * SHARE_FOR_DECISION));
  if (!hasYielded) log('an action is still running; the home rests without it');
  const left = await home.quiesce(Math.max(0, withinMs - (performance.now() - startedAt)));
  return done(hasYielded ? left : { ...left, cutOff: ['the action in flight', ...left.cutOff] });
}

function done({ volumeId, manifest, cutOff }: HomeReport): Answer {
  const told = cutOff.slice(0, MOST_TOLD).map((name) => name.slice(0, LONGEST_TOLD));
  return { ok: true, result: { volume_id: volumeId, manifest, ...(told.length === 0 ? {} : { cut_off: told }) } };
}
