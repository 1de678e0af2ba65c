// What a fault makes of a call, whatever its protocol.

import type { Fault } from '../control/faults.ts';

/** The answer, if the fault lets it through; `null` = the connection is to be dropped. Throws the fault's error. */
export async function underFault<Answer>(
  { effect, delayMs, dropConnection, code, message, httpStatus }: Fault,
  perform: () => Answer | Promise<Answer>,
  errorOf: (code: string, message: string, status: number | undefined) => Error,
): Promise<Answer | null> {
  const done = effect === 'after' ? { answer: await perform() } : null;
  if (delayMs) await new Promise((resolve) => setTimeout(resolve, delayMs).unref());
  if (dropConnection) return null;
  if (code === undefined) return done === null ? await perform() : done.answer;
  throw errorOf(code, message ?? `An injected ${code}`, httpStatus);
}
