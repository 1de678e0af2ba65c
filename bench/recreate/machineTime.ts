// What of a move's time is the machines' own: the sidecars run in this process, and what they say to the platform is seen here.

import type { Database } from '../../store/pool.ts';

export type MachineTime = {
  /** ms of the operation that passed on machines: with an order, and from the home's device to the registration. */
  of(db: Database, operationId: string): Promise<number>;
};

/** From here on; one move at a time. */
export function watchMachines(): MachineTime {
  const call = globalThis.fetch;
  let orderedMs = 0;
  let deliveredAt: number | null = null;
  let registersAt = 0;
  globalThis.fetch = async (...args) => {
    const [url, init] = [String(args[0]), args[1]];
    if (url.endsWith('/registry/register')) registersAt = Date.now();
    if (init?.method === 'POST' && url.includes('/registry/orders/') && deliveredAt !== null) {
      orderedMs += performance.now() - deliveredAt;
      deliveredAt = null;
    }
    const answer = await call(...args);
    if (init?.method === 'GET' && url.endsWith('/registry/orders') && answer.ok) {
      const { orders } = (await answer.clone().json()) as { orders: readonly unknown[] };
      if (orders.length > 0) deliveredAt = performance.now();
    }
    return answer;
  };
  return {
    async of(db, operationId) {
      const { rows } = await db.query(
        `select extract(epoch from max(created_at)) * 1000 as ms from structure_events
         where payload->>'operation_id' = $1 and payload->>'step' = 'home_attached'`,
        [operationId],
      );
      // The step is written just after the effect: what lies between counts as ours.
      const mountedMs = Math.max(0, registersAt - Number(rows[0].ms));
      const total = orderedMs + mountedMs;
      orderedMs = 0;
      return total;
    },
  };
}
