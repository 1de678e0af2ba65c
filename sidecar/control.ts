// The agent's side of control of the display: acquired, renewed, released and asked for permits at the platform.

import type { ActionKind, AskPermit, DesktopActions, Refusal } from './actions.ts';
import type { Platform } from './orders.ts';
import { post, Refused } from './platform.ts';

/** Whoever can't be asked has not permitted it: nothing hangs, and nothing is done on a guess. */
const ANSWER_MS = 5_000;

const REFUSALS: Readonly<Record<string, Refusal>> = {
  HUMAN_IN_CONTROL: 'human_in_control',
  AGENT_PAUSED: 'agent_paused',
  DISPLAY_PARKED: 'parked',
};

export type Acquired = { readonly fence: number } | { readonly refused: Refusal };

/** Answers refusals and never throws but when `signal` aborts; who gets no answer is told `control_lost`. */
export function displayControlOf({ url, token, signal, log }: Platform, workspaceId: string) {
  const ask = (verb: string, body: object): Promise<Record<string, unknown>> =>
    post(
      `${url}/workspaces/${workspaceId}/display/control/${verb}`,
      token,
      body,
      AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]),
      log,
    );

  const permit: AskPermit = (kind: ActionKind, fence: number) =>
    refusable(async () => {
      const { fence: granted, valid_ms: validMs } = await ask('permit', { fence, action: kind });
      return { fence: Number(granted), validMs: Number(validMs) };
    });

  return {
    workspaceId,
    permit,
    acquire: (ttlSeconds: number): Promise<Acquired> =>
      refusable(async () => {
        const { fence } = await ask('acquire', { controller: 'agent', ttl_seconds: ttlSeconds });
        return { fence: Number(fence) };
      }),
    renew: (fence: number, ttlSeconds: number): Promise<Acquired> =>
      refusable(async () => {
        const { fence: now } = await ask('renew', { fence, ttl_seconds: ttlSeconds });
        return { fence: Number(now) };
      }),
    /**
     * Once nothing of the agent runs any more, and nothing begins: from then on a person has it at once. False where what runs takes
     * longer than `withinMs`: it has control still.
     */
    release: async (actions: DesktopActions, withinMs: number): Promise<boolean> => {
      if (!(await actions.yield(withinMs))) return false;
      await refusable(() => ask('release', {}));
      return true;
    },
  };

  async function refusable<Answer>(call: () => Promise<Answer>): Promise<Answer | { readonly refused: Refusal }> {
    try {
      return await call();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Refused) return { refused: REFUSALS[error.code] ?? 'control_lost' };
      log(`no answer about control: ${String(error)}`);
      return { refused: 'control_lost' };
    }
  }
}

export type DisplayControl = ReturnType<typeof displayControlOf>;
