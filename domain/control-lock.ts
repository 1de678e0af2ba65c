// Who may move the mouse: what is remembered of it, and the words for what is asked and for what comes of that (design, section 3).

import type { ErrorCode, ErrorContext } from './errors.ts';

/** How long a lease may be asked for (facts/wire.md 1.9). */
export const TTL_SECONDS = { min: 30, max: 3600, usual: 300 } as const;

export type Controller = 'none' | 'agent' | 'user';

/** `actor` in the words of the audit: `admin-token`, `org-token:<prefix>`, `session:<id>`, `workspace:<id>`. */
export type Holder = { readonly controller: 'agent' | 'user'; readonly actor: string };

/** Someone who asks for a lock that the agent has. */
export type Pending = {
  readonly requestId: string;
  readonly actor: string;
  readonly ttlSeconds: number;
  readonly generation: number;
  /** Epoch milliseconds, as are all times here. */
  readonly requestedAt: number;
  /** From then on it is taken, whether the agent has yielded or not. */
  readonly deadlineAt: number;
};

export type ParkReason = 'lease_lost' | 'service_interrupted';

/** A person had control and lost it in the middle of something: the agent stays out until somebody says otherwise. */
export type Parked = {
  readonly reason: ParkReason;
  /** Who lost it. */
  readonly actor: string;
  readonly until: number;
};

export type Lock = {
  readonly schemaVersion: 1;
  /** Grows with every change; guards the row together with the fence. */
  readonly version: number;
  /** Grows with every change of the holder; whoever acts shows it, and an older one is refused. */
  readonly fence: number;
  /** Of the machine that it was granted for; 0 = of none yet. */
  readonly generation: number;
  readonly holder: Holder | null;
  readonly ttlSeconds: number;
  readonly grantedAt: number | null;
  readonly expiresAt: number | null;
  readonly pending: Pending | null;
  readonly parked: Parked | null;
  readonly isAgentPaused: boolean;
};

/** Milliseconds. */
export type LockRules = {
  /** For the agent to yield. */
  readonly graceMs: number;
  /** How long a permit is good for; shorter than the grace, so that none outlives it. */
  readonly permitMs: number;
  /** How long a parked lock keeps the agent out. */
  readonly parkMs: number;
};

type Asking = {
  readonly actor: string;
  readonly ttlSeconds: number;
  /** Of the machine that is meant: another one is another desktop. */
  readonly generation: number;
};

export type ControlRequest =
  | (Asking & { readonly type: 'acquire'; readonly controller: 'agent' | 'user' })
  | (Asking & { readonly type: 'takeover'; readonly requestId: string })
  | (Asking & { readonly type: 'force'; readonly requestId: string })
  | { readonly type: 'release'; readonly actor: string; readonly isForced: boolean }
  | { readonly type: 'pause'; readonly actor: string }
  | { readonly type: 'resume'; readonly actor: string };

export type ControlFact =
  /** The agent's machine says that nothing of it runs any more. */
  | { readonly type: 'yielded'; readonly requestId: string }
  | { readonly type: 'deadlinePassed'; readonly requestId: string }
  /** The desktop that was asked for is not there any more. */
  | { readonly type: 'grantRefused'; readonly requestId: string; readonly because: ErrorCode }
  | { readonly type: 'leaseLost' }
  | { readonly type: 'parkEnded' }
  /** The machine goes away for a while, or for good. An older generation's changes nothing. */
  | { readonly type: 'revoked'; readonly generation: number; readonly isForGood: boolean };

export type Verb = 'acquire' | 'takeover' | 'release' | 'renew' | 'park' | 'unpark' | 'pause' | 'resume';

/** A line of the audit, and an event unless it is a renewal. */
export type Happening = {
  readonly verb: Verb;
  readonly stage: 'started' | 'completed' | 'failed';
  readonly actor: string;
  /** Why, or how: `forced`, `yielded`, `lease_lost`, a code. */
  readonly because?: string;
  readonly requestId?: string;
  /** How long it was held, or asked for. */
  readonly durationMs?: number;
};

export type LockChange = {
  readonly lock: Lock;
  readonly happened: readonly Happening[];
  /** `stop`: permits were given until now, and the last ones still live. `stopped`: the agent itself says that none is in use. */
  readonly permits?: 'stop' | 'stopped';
};
export type LockRefusal = { readonly refused: ErrorCode; readonly context: ErrorContext };

/** Of a workspace for which nobody has ever asked. */
export const newLock = (): Lock => ({
  schemaVersion: 1,
  version: 0,
  fence: 0,
  generation: 0,
  holder: null,
  ttlSeconds: TTL_SECONDS.usual,
  grantedAt: null,
  expiresAt: null,
  pending: null,
  parked: null,
  isAgentPaused: false,
});

/** Two grants to the same one are of the same holder, and of two fences. */
export const sameHolder = (a: Holder | null, b: Holder | null): boolean =>
  a === b || (a !== null && b !== null && a.controller === b.controller && a.actor === b.actor);

export const controllerOf = ({ holder }: Pick<Lock, 'holder'>): Controller => holder?.controller ?? 'none';

/** Nobody holds it, asks for it, or is kept out for somebody's sake. */
export const isFree = ({ holder, pending, parked }: Lock): boolean =>
  holder === null && pending === null && parked === null;

/** Nothing to write, and nothing to tell. */
export const asBefore = (lock: Lock): LockChange => ({ lock, happened: [] });

/** The next time at which something is due by itself, or null. */
export function dueAt({ expiresAt, pending, parked }: Lock): number | null {
  const times = [expiresAt, pending?.deadlineAt, parked?.until].filter((time) => typeof time === 'number');
  return times.length === 0 ? null : Math.min(...times);
}

/**
 * A person's input on its way to the desktop, ms. It goes on under an answer that is no older than `goodMs`; and whoever is granted
 * control after a person waits for `landedMs`, so that the last of it has landed, a slow network included.
 */
export const INPUT_UNDER_WAY = { goodMs: 500, landedMs: 1_000 } as const;

/** Short against the grace, so that the last permit has run out long before the deadline; never so short that each action asks twice. */
export const permitMsFor = (graceMs: number): number => Math.min(2_000, Math.floor(graceMs / 2));
