// The control interface over HTTP, under /_emulator: what a test or a person does to the emulated world.

import { z } from 'zod';
import { interrupt, recommendRebalance } from '../ec2/spot/interruption.ts';
import { REASONS, shutDownFromInside, terminate } from '../ec2/instanceLife.ts';
import type { Instance, InstanceStateName } from '../ec2/instances.ts';
import { ownImages } from '../ec2/images.ts';
import type { Region } from '../ec2/region.ts';
import { accountIdOf } from '../protocols/credentials.ts';
import { setPrice } from '../pricing/prices.ts';
import { approve, openRequests, setQuota } from '../quotas/limits.ts';
import { settingsChange } from '../settings.ts';
import type { World } from '../world.ts';
import { faultSchema } from './faults.ts';
import type { Ledger } from './ledger.ts';
import * as schema from './schemas.ts';

export type ControlAnswer = { readonly status: number; readonly body: unknown };
export type ControlRoutes = (method: string, url: URL, body: string) => ControlAnswer;

const PREFIX = '/_emulator/';
/** Whose second part is an id. */
const OF_ONE = ['instances', 'snapshots', 'quota-requests'];
const RUNNING: readonly InstanceStateName[] = ['running'];
const NOT_OVER: readonly InstanceStateName[] = ['pending', 'running', 'stopping', 'stopped'];

export const isControlPath = (path: string): boolean => path === '/_emulator' || path.startsWith(PREFIX);

class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** `input` is what a GET says in its address, and all others in their body. */
type Call = { readonly parts: readonly string[]; readonly input: unknown };
type Route = (call: Call) => unknown;
type Found = { readonly region: Region; readonly instance: Instance };

export function controlRoutes(world: World, ledger: (accountId?: string) => Ledger): ControlRoutes {
  const accountOf = (key: string | null | undefined): string => accountIdOf(key ?? 'test');
  const regionOf = ({ access_key, region }: schema.Where): Region => world.region(accountOf(access_key), region);
  const ledgerFor = ({ account, access_key }: z.output<typeof schema.ledger>): Ledger => {
    const key = account ?? access_key;
    return ledger(key === undefined ? undefined : accountIdOf(key));
  };

  function instance(id: string | undefined, states: readonly InstanceStateName[]): Found {
    for (const region of world.regions()) {
      const found = region.instances.get(id ?? '');
      if (found === undefined) continue;
      if (states.includes(found.state)) return { region, instance: found };
      throw new Refused(409, `${found.id} is ${found.state}`);
    }
    throw new Refused(404, `there is no instance ${id}`);
  }
  function spotInstance(id: string | undefined): Found {
    const found = instance(id, RUNNING);
    if (found.instance.market === 'spot') return found;
    throw new Refused(409, `${found.instance.id} is no spot instance`);
  }

  const routes: Readonly<Record<string, Route>> = {
    'GET ledger': ({ input }) => ledgerFor(schema.ledger.parse(input)),
    'GET leaks': ({ input }) => {
      const { tag, live, ...of } = schema.leaks.parse(input);
      return { entries: leaks(ledgerFor(of), tag, live) };
    },
    'GET settings': bare(() => world.settings()),
    'PATCH settings': ({ input }) => {
      world.live.change(settingsChange.parse(input));
      return world.settings();
    },
    'GET clock': bare(() => clockOf(world)),
    'POST clock': ({ input }) => {
      const { advance_ms, factor } = schema.clock.parse(input);
      if (factor !== undefined) world.clock.setFactor(factor);
      if (advance_ms !== undefined) world.clock.advance(advance_ms);
      world.keepClock();
      return clockOf(world);
    },
    'GET faults': bare(() => ({ faults: world.faults.all() })),
    'POST faults': ({ input }) => {
      world.faults.add(faultSchema.parse(input));
      return { status: 'added' };
    },
    'DELETE faults': bare(() => {
      world.faults.clear();
      return { status: 'cleared' };
    }),
    'GET capacity': bare(() => ({ pools: world.pools.all() })),
    'POST capacity': ({ input }) => {
      const { type, zone, market, size, empty } = schema.capacity.parse(input);
      world.pools.set(type, zone, market, empty === undefined ? (size ?? null) : empty ? 0 : null);
      return { pools: world.pools.all() };
    },
    'DELETE capacity': bare(() => {
      world.pools.clear();
      return { status: 'cleared' };
    }),
    'POST quotas': ({ input }) => {
      const { code, value, other_use, ...where } = schema.quota.parse(input);
      const region = regionOf(where);
      // Throws for a code that is not known, before anything is set.
      world.quota(region, code);
      if (value !== undefined) setQuota(contextOf(region), code, value);
      if (other_use !== undefined) world.setOtherUse(region, code, other_use);
      return { code, value: world.quota(region, code), in_use: region.vcpusInUse(code) };
    },
    'GET quota-requests': ({ input }) => ({
      requests: openRequests(contextOf(regionOf(schema.where.parse(input)))),
    }),
    'POST quota-requests/:id': ({ parts, input }) => {
      const { granted, ...where } = schema.decision.parse(input);
      approve(contextOf(regionOf(where)), parts[1]!, granted);
      return { status: granted ? 'granted' : 'denied' };
    },
    'POST prices': ({ input }) => {
      const { access_key, ...change } = schema.price.parse(input);
      setPrice({ store: world.store, accountId: accountOf(access_key) }, change);
      return { status: 'set' };
    },
    'POST images': ({ input }) => {
      const { access_key, region, ...image } = schema.image.parse(input);
      const where = regionOf({ access_key, region });
      return ownImages(where).put({ ...image, owner: image.owner ?? where.accountId });
    },
    'POST launches/fail': ({ input }) => {
      const { code, message, ...where } = schema.doom.parse(input);
      regionOf(where).doomNext({ code, message: message ?? code });
      return { status: 'the next launch will fail' };
    },
    'POST snapshots/:id/fail': bare(({ parts }) => {
      const region = world.regions().find(({ snapshots }) => snapshots.get(parts[1]!) !== undefined);
      const snapshot = region?.snapshots.get(parts[1]!);
      if (region === undefined || snapshot === undefined) throw new Refused(404, `there is no snapshot ${parts[1]}`);
      if (snapshot.state !== 'pending') throw new Refused(409, `${snapshot.id} is ${snapshot.state}`);
      region.snapshots.put({ ...snapshot, state: 'error' });
      return { state: 'error' };
    }),
    'POST instances/:id/interrupt': ({ parts, input }) => {
      const found = spotInstance(parts[1]);
      const { notice_ms = world.settings().noticeMs, cause } = schema.interruption.parse(input ?? {});
      interrupt(found.region, found.instance, cause, notice_ms);
      return stateOf(found.region, found.instance.id);
    },
    'POST instances/:id/rebalance': bare(({ parts }) => {
      const found = spotInstance(parts[1]);
      recommendRebalance(found.region, found.instance);
      return stateOf(found.region, found.instance.id);
    }),
    'POST instances/:id/impair': ({ parts, input }) => {
      const found = instance(parts[1], RUNNING);
      const { impaired } = schema.impairment.parse(input ?? {});
      const { impairedAtMs: _, ...healthy } = found.instance;
      found.region.putInstance(impaired ? { ...healthy, impairedAtMs: found.region.nowMs } : healthy);
      return stateOf(found.region, found.instance.id);
    },
    'POST instances/:id/schedule': ({ parts, input }) => {
      const found = instance(parts[1], NOT_OVER);
      const { code, description, in_ms } = schema.scheduledEvent.parse(input);
      const event = {
        id: `instance-event-${found.instance.id.slice(2, 10)}${found.instance.scheduled.length}`,
        code,
        description,
        notBeforeMs: found.region.nowMs + in_ms,
      };
      found.region.change(found.instance.id, ({ scheduled }) => ({ scheduled: [...scheduled, event] }));
      found.region.world.emit(found.region, {
        type: 'AWS Health Event',
        source: 'aws.health',
        resources: [found.instance.id],
        detail: {
          service: 'EC2',
          eventTypeCategory: 'scheduledChange',
          eventTypeCode: `AWS_EC2_${code.toUpperCase().replaceAll('-', '_')}_SCHEDULED`,
          startTime: new Date(event.notBeforeMs).toUTCString(),
          affectedEntities: [{ entityValue: found.instance.id }],
        },
      });
      return stateOf(found.region, found.instance.id);
    },
    'POST instances/:id/kill': bare(({ parts }) => {
      const found = instance(parts[1], NOT_OVER);
      terminate(found.region, found.instance, REASONS.hardware);
      return stateOf(found.region, found.instance.id);
    }),
    'POST instances/:id/shutdown': bare(({ parts }) => {
      const found = instance(parts[1], RUNNING);
      shutDownFromInside(found.region, found.instance);
      return stateOf(found.region, found.instance.id);
    }),
    'POST instances/:id/crash': bare(({ parts }) => {
      const found = instance(parts[1], RUNNING);
      found.region.world.fleet.halt(found.instance.id);
      found.region.change(found.instance.id, () => ({ impairedAtMs: found.region.nowMs }));
      return stateOf(found.region, found.instance.id);
    }),
  };

  return (method, url, body) => {
    try {
      const parts = url.pathname
        .slice(PREFIX.length)
        .split('/')
        .filter((part) => part !== '');
      if (parts.length === 0 && method === 'GET') return { status: 200, body: { routes: Object.keys(routes) } };
      const isOfOne = parts.length > 1 && OF_ONE.includes(parts[0]!);
      const name = [parts[0], ...(isOfOne ? [':id', ...parts.slice(2)] : parts.slice(1))].join('/');
      const route = routes[`${method} ${name}`];
      if (route === undefined)
        throw new Refused(404, `there is no ${method} ${parts.join('/')}; GET ${PREFIX} lists all`);
      return { status: 200, body: route({ parts, input: inputOf(method, url, body) }) };
    } catch (error) {
      return { status: statusOf(error), body: { error: messageOf(error) } };
    }
  };
}

function inputOf(method: string, url: URL, body: string): unknown {
  if (method === 'GET') return Object.fromEntries(url.searchParams);
  if (url.search !== '') throw new Refused(400, `${method} takes a body, not ${url.search}`);
  return body === '' ? undefined : JSON.parse(body);
}

/** A route that takes nothing refuses whatever it is given. */
function bare(route: Route): Route {
  return (call) => {
    schema.nothing.parse(call.input);
    return route(call);
  };
}

const contextOf = (region: Region) => ({
  store: region.world.store,
  accountId: region.accountId,
  region: region.name,
});

const stateOf = (region: Region, id: string) => ({ id, state: region.instances.get(id)?.state ?? 'gone' });

const clockOf = ({ clock }: World) => ({ now: new Date(clock.now()).toISOString(), factor: clock.state.factor });

/** What costs money, but for what belongs to those named by `named`, by the tag `tag`. */
function leaks({ entries }: Ledger, tag: string, named: string) {
  const live = new Set(named.split(',').filter((id) => id !== ''));
  return entries.filter((entry) => entry.billable && !live.has(entry.tags[tag] ?? ''));
}

function statusOf(error: unknown): number {
  if (error instanceof Refused) return error.status;
  if (error instanceof z.ZodError || error instanceof SyntaxError || error instanceof RangeError) return 400;
  throw error;
}

function messageOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    const issues = error.issues.flatMap(closest);
    return issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`).join('; ');
  }
  if (error instanceof SyntaxError) return 'the body is not valid JSON';
  return error instanceof Error ? error.message : String(error);
}

/** Of what may have several shapes: what is wrong with it as the one that it is nearest to. */
function closest(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  return issue.errors.toSorted((a, b) => a.length - b.length)[0] ?? [issue];
}
