// The control interface over HTTP, under /_emulator: what a test or a person does to the emulated world.

import { z } from 'zod';
import { interrupt, recommendRebalance } from '../ec2/spot/interruption.ts';
import { REASONS, shutDownFromInside, terminate } from '../ec2/instanceLife.ts';
import type { Instance } from '../ec2/instances.ts';
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

export const isControlPath = (path: string): boolean => path === '/_emulator' || path.startsWith(PREFIX);

class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

type Call = { readonly parts: readonly string[]; readonly query: URLSearchParams; readonly input: unknown };
type Route = (call: Call) => unknown;

export function controlRoutes(world: World, ledger: (accountId?: string) => Ledger): ControlRoutes {
  const accountOf = (key: string | null | undefined): string => accountIdOf(key ?? 'test');
  const regionOf = ({ access_key, region }: schema.Where): Region => world.region(accountOf(access_key), region);
  const asked = (query: URLSearchParams): string | undefined => {
    const account = query.get('account') ?? query.get('access_key');
    return account === null ? undefined : accountIdOf(account);
  };

  function instance(id: string | undefined): { region: Region; instance: Instance } {
    for (const region of world.regions()) {
      const found = region.instances.get(id ?? '');
      if (found !== undefined) return { region, instance: found };
    }
    throw new Refused(404, `there is no instance ${id}`);
  }

  const routes: Readonly<Record<string, Route>> = {
    'GET ledger': ({ query }) => ledger(asked(query)),
    'GET leaks': ({ query }) => ({ entries: leaks(ledger(asked(query)), query) }),
    'GET settings': () => world.settings(),
    'PATCH settings': ({ input }) => {
      world.live.change(settingsChange.parse(input));
      return world.settings();
    },
    'GET clock': () => clockOf(world),
    'POST clock': ({ input }) => {
      const { advance_ms, factor } = schema.clock.parse(input);
      if (factor !== undefined) world.clock.setFactor(factor);
      if (advance_ms !== undefined) world.clock.advance(advance_ms);
      world.keepClock();
      return clockOf(world);
    },
    'GET faults': () => ({ faults: world.faults.all() }),
    'POST faults': ({ input }) => {
      world.faults.add(faultSchema.parse(input));
      return { status: 'added' };
    },
    'DELETE faults': () => {
      world.faults.clear();
      return { status: 'cleared' };
    },
    'GET capacity': () => ({ pools: world.pools.all() }),
    'POST capacity': ({ input }) => {
      const { type, zone, market, size, empty } = schema.capacity.parse(input);
      world.pools.set(type, zone, market, empty === undefined ? (size ?? null) : empty ? 0 : null);
      return { pools: world.pools.all() };
    },
    'DELETE capacity': () => {
      world.pools.clear();
      return { status: 'cleared' };
    },
    'POST quotas': ({ input }) => {
      const { code, value, other_use, ...where } = schema.quota.parse(input);
      const region = regionOf(where);
      if (value !== undefined) setQuota(contextOf(region), code, value);
      if (other_use !== undefined) world.setOtherUse(region, code, other_use);
      return { code, value: world.quota(region, code), in_use: region.vcpusInUse(code) };
    },
    'GET quota-requests': ({ query }) => ({
      requests: openRequests(contextOf(regionOf(schema.where.parse(Object.fromEntries(query))))),
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
    'POST instances/:id/interrupt': ({ parts, input }) => {
      const found = instance(parts[1]);
      if (found.instance.market !== 'spot') throw new Refused(409, `${found.instance.id} is no spot instance`);
      if (found.instance.state !== 'running') throw new Refused(409, `${found.instance.id} is ${found.instance.state}`);
      const { notice_ms = world.settings().noticeMs, cause } = schema.interruption.parse(input ?? {});
      interrupt(found.region, found.instance, cause, notice_ms);
      return stateOf(found.region, found.instance.id);
    },
    'POST instances/:id/rebalance': ({ parts }) => {
      const found = instance(parts[1]);
      recommendRebalance(found.region, found.instance);
      return stateOf(found.region, found.instance.id);
    },
    'POST instances/:id/impair': ({ parts, input }) => {
      const found = instance(parts[1]);
      const { impaired } = schema.impairment.parse(input ?? {});
      const { impairedAtMs: _, ...healthy } = found.instance;
      found.region.putInstance(impaired ? { ...healthy, impairedAtMs: found.region.nowMs } : healthy);
      return stateOf(found.region, found.instance.id);
    },
    'POST instances/:id/schedule': ({ parts, input }) => {
      const found = instance(parts[1]);
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
    'POST instances/:id/kill': ({ parts }) => {
      const found = instance(parts[1]);
      terminate(found.region, found.instance, REASONS.hardware);
      return stateOf(found.region, found.instance.id);
    },
    'POST instances/:id/shutdown': ({ parts }) => {
      const found = instance(parts[1]);
      shutDownFromInside(found.region, found.instance);
      return stateOf(found.region, found.instance.id);
    },
    'POST instances/:id/crash': ({ parts }) => {
      const found = instance(parts[1]);
      found.region.world.fleet.halt(found.instance.id);
      found.region.change(found.instance.id, () => ({ impairedAtMs: found.region.nowMs }));
      return stateOf(found.region, found.instance.id);
    },
  };

  return (method, url, body) => {
    try {
      const parts = url.pathname
        .slice(PREFIX.length)
        .split('/')
        .filter((part) => part !== '');
      if (parts.length === 0 && method === 'GET') return { status: 200, body: { routes: Object.keys(routes) } };
      const isOfOne = parts.length > 1 && (parts[0] === 'instances' || parts[0] === 'quota-requests');
      const name = [parts[0], ...(isOfOne ? [':id', ...parts.slice(2)] : parts.slice(1))].join('/');
      const route = routes[`${method} ${name}`];
      if (route === undefined)
        throw new Refused(404, `there is no ${method} ${parts.join('/')}; GET ${PREFIX} lists all`);
      const input: unknown = body === '' ? undefined : JSON.parse(body);
      return { status: 200, body: route({ parts, query: url.searchParams, input }) };
    } catch (error) {
      return { status: statusOf(error), body: { error: messageOf(error) } };
    }
  };
}

const contextOf = (region: Region) => ({
  store: region.world.store,
  accountId: region.accountId,
  region: region.name,
});

const stateOf = (region: Region, id: string) => ({ id, state: region.instances.get(id)?.state ?? 'gone' });

const clockOf = ({ clock }: World) => ({ now: new Date(clock.now()).toISOString(), factor: clock.state.factor });

/** What costs money, but for what belongs to those named by `live`, by the tag `tag`. */
function leaks({ entries }: Ledger, query: URLSearchParams) {
  const tag = query.get('tag') ?? 'WorkspaceID';
  const live = new Set((query.get('live') ?? '').split(',').filter((id) => id !== ''));
  return entries.filter((entry) => entry.billable && !live.has(entry.tags[tag] ?? ''));
}

function statusOf(error: unknown): number {
  if (error instanceof Refused) return error.status;
  if (error instanceof z.ZodError || error instanceof SyntaxError || error instanceof RangeError) return 400;
  throw error;
}

function messageOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    return error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`).join('; ');
  }
  if (error instanceof SyntaxError) return 'the body is not valid JSON';
  return error instanceof Error ? error.message : String(error);
}
