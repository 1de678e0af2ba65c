// The harness's side of the boundaries: counts who comes by, and stops at its boundary the one whose turn it is.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Moment, Order, Visit } from './visits.ts';

/**
 * What is done at a boundary. `dies`: the worker is killed there. `fails`: the effect stays, the answer is lost. `hangs`: the
 * first try goes on only when the second one, begun after it fell silent, has done its work. `loses Postgres`: for as long as
 * the first try takes to notice. `loses its machine`: AWS takes one of the workspace's machines, and it goes on.
 */
export type Fault = 'dies' | 'fails' | 'hangs' | 'loses Postgres' | 'loses its machine';

/** `launchMachine#1 after`, `launchMachine#1 after RunInstances`: the n-th activity of that type in its workflow. */
export type Boundary = {
  readonly activity: string;
  readonly nth: number;
  readonly moment: Moment;
  readonly call?: string;
};

export const nameOf = ({ activity, nth, moment, call }: Boundary): string =>
  `${activity}#${nth} ${call === undefined ? moment : `after ${call}`}`;

export type Arm = { readonly kind: string; readonly boundary: Boundary; readonly fault: Fault };
type Watched = {
  arm: Arm | { readonly after: number; readonly fault: Fault };
  /** The activity that reached it, and how far it came. */
  activityId: string | null;
  phase: 'armed' | 'held' | 'done';
};

export type Gate = {
  readonly url: string;
  arm(workspaceId: string, arm: Arm): void;
  /** That fault at whatever boundary the workspace comes to after so many others. */
  strike(workspaceId: string, after: number, fault: Fault): void;
  /** For the next workspace that comes by for the first time, with an operation of that kind; resolves with its id. */
  armNext(arm: Arm): Promise<string>;
  /** Nobody is stopped any more; says which boundaries were reached. */
  disarm(): Map<string, boolean>;
  /** The armed ones with that fault that have not come to their boundary. */
  awaited(faults: readonly Fault[]): string[];
  /** Those with that fault that wait at their boundary. */
  held(fault: Fault): string[];
  /** Lets those with that fault go on; absent = all of them. */
  release(fault: Fault, workspaceIds?: readonly string[]): void;
  /** Every boundary that the workspace's operation of that kind has passed, in order. */
  boundaries(workspaceId: string, kind: string): Boundary[];
  close(): Promise<void>;
};

export async function startGate(): Promise<Gate> {
  const seen = new Map<string, { activityIds: Map<string, string[]>; boundaries: Map<string, Boundary> }>();
  const watched = new Map<string, Watched>();
  const waiting = new Map<string, ServerResponse[]>();

  let next: { arm: Arm; taken: (workspaceId: string) => void } | null = null;

  function boundaryOf(visit: Visit): Boundary {
    const { workspaceId, kind, activity, activityId, workflowId, moment, call } = visit;
    const of = `${workspaceId} ${kind}`;
    if (!seen.has(of)) seen.set(of, { activityIds: new Map(), boundaries: new Map() });
    const { activityIds, boundaries } = seen.get(of)!;
    const ids = activityIds.get(activity) ?? [];
    activityIds.set(activity, ids);
    const id = `${workflowId}/${activityId}`;
    if (!ids.includes(id)) ids.push(id);
    const boundary = { activity, nth: ids.indexOf(id) + 1, moment, ...(call === undefined ? {} : { call }) };
    boundaries.set(nameOf(boundary), boundary);
    return boundary;
  }

  function orderFor(visit: Visit): Order {
    const isNew = !seen.has(`${visit.workspaceId} ${visit.kind}`);
    const boundary = boundaryOf(visit);
    if (next !== null && isNew && next.arm.kind === visit.kind) {
      watched.set(visit.workspaceId, { arm: next.arm, activityId: null, phase: 'armed' });
      next.taken(visit.workspaceId);
      next = null;
    }
    const mine = watched.get(visit.workspaceId);
    if (mine === undefined || mine.phase === 'done') return 'go';
    if ('after' in mine.arm) {
      const { after, fault } = mine.arm;
      mine.arm = after > 0 ? { after: after - 1, fault } : { kind: visit.kind, boundary, fault };
      if ('after' in mine.arm) return 'go';
    }
    if (mine.arm.kind !== visit.kind) return 'go';
    const { fault } = mine.arm;
    const isThere = nameOf(boundary) === nameOf(mine.arm.boundary);
    if (fault === 'hangs') {
      if (isThere && visit.attempt === 1) {
        mine.phase = 'held';
        mine.activityId = visit.activityId;
        return 'stall';
      }
      if (mine.activityId === visit.activityId && visit.attempt > 1 && visit.moment === 'after')
        letGo(visit.workspaceId);
      return 'go';
    }
    if (!isThere) return 'go';
    if (fault === 'fails') {
      mine.phase = 'done';
      return 'fail';
    }
    mine.phase = 'held';
    return 'hold';
  }

  function letGo(workspaceId: string): void {
    watched.get(workspaceId)!.phase = 'done';
    for (const response of waiting.get(workspaceId) ?? []) response.end('go');
    waiting.delete(workspaceId);
  }

  function hold(visit: Visit, response: ServerResponse): void {
    const mine = watched.get(visit.workspaceId);
    if (mine === undefined || mine.phase === 'done') return void response.end('go');
    waiting.set(visit.workspaceId, [...(waiting.get(visit.workspaceId) ?? []), response]);
  }

  const server = createServer((request, response) => {
    void bodyOf(request).then((visit) => {
      if (request.url === '/held') hold(visit, response);
      else response.end(orderFor(visit));
    });
  });
  // A hold lasts for as long as the slowest of its batch takes.
  server.requestTimeout = 0;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    arm(workspaceId, arm) {
      seen.delete(`${workspaceId} ${arm.kind}`);
      watched.set(workspaceId, { arm, activityId: null, phase: 'armed' });
    },
    strike(workspaceId, after, fault) {
      // One at a time: whoever is held already is not forgotten.
      if (watched.get(workspaceId)?.phase === 'held') return;
      watched.set(workspaceId, { arm: { after, fault }, activityId: null, phase: 'armed' });
    },
    armNext: (arm) =>
      new Promise((taken) => {
        next = { arm, taken };
      }),
    disarm() {
      const reached = new Map([...watched].map(([id, { phase }]) => [id, phase !== 'armed']));
      for (const id of [...watched.keys()]) letGo(id);
      watched.clear();
      return reached;
    },
    awaited: (faults) =>
      [...watched].filter(([, { arm, phase }]) => faults.includes(arm.fault) && phase === 'armed').map(([id]) => id),
    held: (fault) =>
      [...watched].filter(([, { arm, phase }]) => arm.fault === fault && phase === 'held').map(([id]) => id),
    release(fault, ids) {
      for (const [id, { arm, phase }] of watched) {
        if (arm.fault === fault && phase === 'held' && (ids === undefined || ids.includes(id))) letGo(id);
      }
    },
    boundaries: (workspaceId, kind) => [...(seen.get(`${workspaceId} ${kind}`)?.boundaries.values() ?? [])],
    async close() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

async function bodyOf(request: IncomingMessage): Promise<Visit> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Visit;
}
