// Whether an agent may act now: decided from what is recorded of the lock, for each action anew.

/** The typed words of a refusal, as the agent's tools know them (facts/desktop.md 3.6). */
export type PermitRefusal = 'control_lost' | 'human_in_control' | 'agent_paused' | 'parked';

export const ACTION_KINDS = ['screenshot', 'pointer', 'keyboard', 'wait'] as const;
export type ActionKind = (typeof ACTION_KINDS)[number];

/** The lock as a permit sees it. */
export type PermitView = {
  readonly controller: 'none' | 'agent' | 'user';
  readonly fence: number;
  readonly generation: number;
  /** How long the lease is still good for; 0 or less = it has run out. */
  readonly leaseMs: number;
  readonly isAsked: boolean;
  readonly isParked: boolean;
  readonly isAgentPaused: boolean;
  /** The machine is going away. */
  readonly isRevoked: boolean;
};

export type PermitAsk = {
  /** Of the grant that the agent acts on. */
  readonly fence: number;
  /** Of the machine that asks. */
  readonly generation: number;
  readonly kind: ActionKind;
};

export type PermitRules = {
  readonly permitMs: number;
  /** False: the agent may look on while a person drives. */
  readonly hidesScreen: boolean;
};

export type Permit = { readonly validMs: number } | { readonly refused: PermitRefusal };

/** It ends with the lease at the latest. */
export function permitFor(view: PermitView, ask: PermitAsk, { permitMs, hidesScreen }: PermitRules): Permit {
  const isLive = view.leaseMs > 0 && !view.isRevoked;
  if (view.controller === 'user' && isLive) {
    const mayLook = ask.kind === 'screenshot' && !hidesScreen && ask.generation === view.generation;
    return mayLook ? { validMs: permitMs } : { refused: 'human_in_control' };
  }
  // Lost a moment ago, and not parked yet.
  if (view.isParked || view.controller === 'user') return { refused: 'parked' };
  if (view.isAgentPaused) return { refused: 'agent_paused' };
  const isHeld = view.controller === 'agent' && isLive && view.generation === ask.generation;
  if (!isHeld || view.fence !== ask.fence || view.isAsked) return { refused: 'control_lost' };
  return { validMs: Math.min(permitMs, view.leaseMs) };
}
