// People by the session of their browser: whose it is, and whether that person is a member of the tenant, is the control plane's to say;
// here its answer is remembered for moments (facts/wire.md 1.2).

import { createHash } from 'node:crypto';
import { BerthError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';

export type SessionActor = `session:${string}`;

/** So long a member stays one here who is none any more, and so long one who was none is not asked for again. */
const MEMBER_MS = 30_000;
const STRANGER_MS = 5_000;
/** A person waits for it; without an answer nobody is let in. */
const ANSWER_MS = 3_000;
/** Beyond so many the oldest are asked for again. */
const MOST_REMEMBERED = 10_000;
/** Names that are no more than that; any other is told apart by its hash. */
const PLAIN_NAME = /^[A-Za-z0-9_.@-]{1,100}$/;

type Answer = { readonly actor: SessionActor | null; readonly until: number; readonly failure?: unknown };

/**
 * @param checkUrl answers 200 `{"user_id"}` to the cookie of a member of the tenant `?slug=`, and 401, 403 or 404 to all others.
 * @param now milliseconds of a clock that only goes forward. @default performance.now
 */
export function userSessions(checkUrl: string, now: () => number = () => performance.now()) {
  const remembered = new Map<string, Promise<Answer>>();

  /** Null where the cookie is no member's. Throws SESSION_CHECK_UNAVAILABLE where nobody can say. */
  return async function actorOf(cookie: string, tenantId: TenantId): Promise<SessionActor | null> {
    // The cookie itself is kept nowhere.
    const key = hashOf(`${tenantId}\n${cookie}`);
    // Whoever comes while it is asked for waits for that answer; of those who wait for one that is too old, one asks again.
    for (let known = remembered.get(key); known !== undefined; known = remembered.get(key)) {
      const { actor, until, failure } = await known;
      if (failure === undefined && until > now()) return actor;
      if (remembered.get(key) === known) remembered.delete(key);
    }
    const asking = ask(cookie, tenantId, key).catch((failure: unknown) => ({ actor: null, until: 0, failure }));
    remembered.set(key, asking);
    if (remembered.size > MOST_REMEMBERED) remembered.delete(remembered.keys().next().value!);
    const { actor, failure } = await asking;
    if (failure !== undefined) throw new BerthError('SESSION_CHECK_UNAVAILABLE', {}, { cause: failure });
    return actor;
  };

  async function ask(cookie: string, tenantId: TenantId, key: string): Promise<Answer> {
    const url = new URL(checkUrl);
    url.searchParams.set('slug', tenantId);
    const response = await fetch(url, {
      headers: { cookie, accept: 'application/json' },
      redirect: 'manual',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if ([401, 403, 404].includes(response.status)) {
      await response.body?.cancel();
      return { actor: null, until: now() + STRANGER_MS };
    }
    if (response.status !== 200) throw new Error(`the control plane answered ${response.status}`);
    const { user_id: name } = (await response.json()) as { readonly user_id?: unknown };
    const shown = typeof name === 'string' && PLAIN_NAME.test(name) ? name : hashOf(String(name ?? key)).slice(0, 16);
    return { actor: `session:${shown}`, until: now() + MEMBER_MS };
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');
