// A client of the control interface for tests and scripts: a method per route; a refusal is thrown with the emulator's sentence.

import type { z } from 'zod';
import type { Image } from '../ec2/images.ts';
import type { QuotaRequest } from '../quotas/limits.ts';
import type { EmulatorSettings, settingsChange } from '../settings.ts';
import type { Fault, faultSchema } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type * as schema from './schemas.ts';

export type Where = z.input<typeof schema.where>;
export type ClockState = { readonly now: string; readonly factor: number };
export type Pools = { readonly pools: readonly { readonly id: string; readonly size: number }[] };
/** `calls`: how many of those that it is of have come by now. */
export type SetFault = { readonly id: string; readonly fault: Fault; readonly calls: number };
export type QuotaState = { readonly code: string; readonly value: number; readonly in_use: number };
export type InstanceAnswer = { readonly id: string; readonly state: string };
type Done = { readonly status: string };

export type ControlClient = ReturnType<typeof controlClient>;

/** `url` is the emulator's own, as AWS's clients have it for their endpoint. */
export function controlClient(url: string) {
  const call = <Answer>(method: string, path: string, body?: object, query: object = {}): Promise<Answer> =>
    callRoute<Answer>(`${url}/_emulator/${path}${searchOf(query)}`, method, body);
  const ofInstance = (id: string, what: string, body?: object) =>
    call<InstanceAnswer>('POST', `instances/${encodeURIComponent(id)}/${what}`, body);

  return {
    routes: () => call<{ readonly routes: readonly string[] }>('GET', ''),

    ledger: (of: z.input<typeof schema.ledger> = {}) => call<Ledger>('GET', 'ledger', undefined, of),
    leaks: (of: z.input<typeof schema.leaks> = {}) => call<Ledger>('GET', 'leaks', undefined, of),

    settings: () => call<EmulatorSettings>('GET', 'settings'),
    changeSettings: (change: z.input<typeof settingsChange>) => call<EmulatorSettings>('PATCH', 'settings', change),

    clock: () => call<ClockState>('GET', 'clock'),
    setClock: (to: z.input<typeof schema.clock>) => call<ClockState>('POST', 'clock', to),

    faults: () => call<{ readonly faults: readonly SetFault[] }>('GET', 'faults'),
    addFault: (fault: z.input<typeof faultSchema>) => call<Done>('POST', 'faults', fault),
    clearFaults: () => call<Done>('DELETE', 'faults'),

    capacity: () => call<Pools>('GET', 'capacity'),
    setCapacity: (pool: z.input<typeof schema.capacity>) => call<Pools>('POST', 'capacity', pool),
    clearCapacity: () => call<Done>('DELETE', 'capacity'),

    setQuota: (quota: z.input<typeof schema.quota>) => call<QuotaState>('POST', 'quotas', quota),
    quotaRequests: (where: Where = {}) =>
      call<{ readonly requests: readonly QuotaRequest[] }>('GET', 'quota-requests', undefined, where),
    decideQuotaRequest: (id: string, decision: z.input<typeof schema.decision>) =>
      call<Done>('POST', `quota-requests/${encodeURIComponent(id)}`, decision),

    setPrice: (price: z.input<typeof schema.price>) => call<Done>('POST', 'prices', price),
    putImage: (image: z.input<typeof schema.image>) => call<Image>('POST', 'images', image),
    failSnapshot: (id: string) => call<{ readonly state: string }>('POST', `snapshots/${id}/fail`),
    failNextLaunch: (reason: z.input<typeof schema.doom>) => call<Done>('POST', 'launches/fail', reason),

    interrupt: (id: string, how: z.input<typeof schema.interruption> = {}) => ofInstance(id, 'interrupt', how),
    rebalance: (id: string) => ofInstance(id, 'rebalance'),
    impair: (id: string, how: z.input<typeof schema.impairment> = {}) => ofInstance(id, 'impair', how),
    schedule: (id: string, event: z.input<typeof schema.scheduledEvent>) => ofInstance(id, 'schedule', event),
    kill: (id: string) => ofInstance(id, 'kill'),
    shutDown: (id: string) => ofInstance(id, 'shutdown'),
    crash: (id: string) => ofInstance(id, 'crash'),
  };
}

async function callRoute<Answer>(route: string, method: string, body: object | undefined): Promise<Answer> {
  const response = await fetch(route, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
  const text = await response.text();
  if (response.ok) return JSON.parse(text) as Answer;
  throw new Error(refusalIn(text) ?? `${method} ${route} was answered with ${response.status}: ${text.slice(0, 200)}`);
}

/** Null where it is not the control interface that has answered. */
function refusalIn(text: string): string | null {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown };
    return typeof error === 'string' ? error : null;
  } catch {
    return null;
  }
}

function searchOf(query: object): string {
  const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}
