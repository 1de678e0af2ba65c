// Everything that is decided before a launch, in its order; the same function answers a quote and makes a launch (design, section 5).

import type { ErrorCode, ErrorContext } from '../errors.ts';
import type { Takes } from '../machine.ts';
import { formatUsd, type Micros, parseFactor } from '../money.ts';
import type { Compute } from './block.ts';
import { byPrice, standsInFor } from './chooseType.ts';
import { type Entitlements, entitlementProblem } from './entitlements.ts';
import { type Margin, type Price, priceOf, type Rates, type SpotPrice } from './price.ts';
import { resolveShape } from './resolve.ts';
import type { ComputeRules, Shape, TypeFacts } from './shape.ts';

export const GATES = ['valid', 'entitled', 'priced', 'authorised', 'quota'] as const;
export type Gate = (typeof GATES)[number];

export type Verdict =
  | { readonly gate: Gate; readonly passed: true }
  | { readonly gate: Gate; readonly passed: false; readonly code: ErrorCode; readonly context: ErrorContext };

/** What is known of the account's quota that a shape counts in. vCPUs. */
export type QuotaFacts = {
  readonly code: string;
  readonly limit: number;
  /** In use in the whole account and region, ours included. */
  readonly inUse: number;
  /** Reserved by us for machines that don't run yet. */
  readonly reserved: number;
  readonly ageSeconds: number;
};

/** What the tenant's machines cost already, reservations included. */
export type Spend = { readonly hourly: Micros; readonly monthly: Micros };

/** `asOf` ISO. */
export type PriceSource = { readonly source: 'aws' | 'built-in'; readonly asOf: string };

export type Asked = {
  readonly compute: Compute;
  readonly tier: 1 | 2 | 3 | 4;
  /** What the caller agrees to pay at most. */
  readonly maxHourly: Micros | null;
};

export type Facts = {
  readonly rules: ComputeRules;
  readonly types: readonly TypeFacts[];
  readonly entitlements: Entitlements;
  readonly environment: string;
  /** Null where the price list does not have the shape. */
  ratesOf(shape: Shape): Rates | null;
  /** The price of an hour of the machine alone; null where it was not read. */
  readonly spotOf: (instanceType: string, zone: string) => SpotPrice | null;
  /** Null where nothing is known of the quota: then AWS is the one that refuses. */
  quotaOf(kind: Pick<Shape, 'instanceType' | 'market'>): QuotaFacts | null;
  readonly spend: Spend;
  /** That the tenant has besides this one. */
  readonly workspaces: number;
  /** Where the prices are from, and of when. */
  readonly prices: PriceSource;
  /** Where there was no room lately, as `type/zone/market`. */
  readonly avoided: ReadonlySet<string>;
  /** Above this a caller has to say what it agrees to pay. */
  readonly freeHourly: Micros;
};

/** A shape and the most that it costs; null where no price is known. */
export type Offer = { readonly shape: Shape; readonly price: Price | null };

export type Decision = {
  readonly verdicts: readonly Verdict[];
  /** Of the first gate that did not let it pass; null = all did. */
  readonly refusal: Extract<Verdict, { passed: false }> | null;
  readonly shape: Shape | null;
  readonly price: Price | null;
  readonly prices: PriceSource;
  /** What may be launched, type by type in the order in which it is tried: the shape itself, then what passes every gate as well. */
  readonly offers: readonly Offer[];
};

/** In all their zones these are some fifteen tries already; each one dearer than the one before. */
const MAX_TYPES = 3;

/** Every gate says its word where it can; those after an invalid shape can't. */
export function decide(asked: Asked, facts: Facts): Decision {
  const resolution = resolveShape(asked.compute, facts.rules, facts.types);
  if ('problem' in resolution) {
    const verdict = failed('valid', resolution.problem.code, resolution.problem.context);
    return { verdicts: [verdict], refusal: verdict, shape: null, price: null, prices: facts.prices, offers: [] };
  }
  const first = offerOf(resolution.shape, facts);
  const verdicts = verdictsOn(asked, first, facts);
  const refusal = verdicts.find((verdict) => !verdict.passed) ?? null;
  const offers = refusal === null ? [first, ...alternatives(asked, resolution.alternatives, facts)] : [first];
  return { verdicts, refusal, ...first, prices: facts.prices, offers };
}

/**
 * Types that could be named instead of the one that AWS has no room for: no smaller, and let through by every gate; the cheapest first.
 * Who has named one is asked; it is not for us to pay another price.
 */
export function insteadOf(asked: Asked, shape: Pick<Shape, 'instanceType' | 'market'>, facts: Facts): Offer[] {
  const named = facts.types.find(({ name }) => name === shape.instanceType);
  if (named === undefined) return [];
  const { allowedInstanceTypes, allowedGpuInstanceTypes } = facts.rules;
  const mayName = new Set([...allowedInstanceTypes, ...allowedGpuInstanceTypes]);
  return facts.types
    .filter((type) => mayName.has(type.name) && type.zones.length > 0 && standsInFor(named, type, shape.market))
    .sort(byPrice)
    .map(({ name }) => decide({ ...asked, compute: { ...asked.compute, instance_type: name } }, facts))
    .filter(({ refusal }) => refusal === null)
    .map(({ offers }) => offers[0]!)
    .slice(0, MAX_TYPES);
}

/** Nobody is asked about these: only what would have been let through on its own is among them. */
function alternatives(asked: Asked, shapes: readonly Shape[], facts: Facts): Offer[] {
  const fitting: Offer[] = [];
  for (const shape of inOrderOfPrice(shapes, facts)) {
    if (fitting.length === MAX_TYPES - 1) break;
    const offer = offerOf(shape, facts);
    const isFree = verdictsOn(asked, offer, facts).every((verdict) => verdict.passed);
    if (offer.price !== null && isFree) fitting.push(offer);
  }
  return fitting;
}

/** They come by their list price; where spot prices are known, by the lowest of each type. */
function inOrderOfPrice(shapes: readonly Shape[], { types, spotOf }: Facts): readonly Shape[] {
  if (shapes[0]?.market !== 'spot') return shapes;
  const lowest = ({ instanceType }: Shape): Micros => {
    const zones = types.find(({ name }) => name === instanceType)?.zones ?? [];
    return Math.min(...zones.map((zone) => spotOf(instanceType, zone)?.micros ?? Infinity));
  };
  return shapes
    .map((shape) => ({ shape, price: lowest(shape) }))
    .sort((a, b) => (a.price === b.price ? 0 : a.price - b.price))
    .map(({ shape }) => shape);
}

/** What a spot machine is likely to cost: charged is the spot price, which AWS takes up to the list price and no further. */
export function expectedIn(zone: string, { shape }: Offer, facts: Facts): Price | null {
  const rates = facts.ratesOf(shape);
  const spot = facts.spotOf(shape.instanceType, zone);
  if (shape.market !== 'spot' || rates === null || spot === null) return null;
  return priceOf(shape, { ...rates, machineHour: Math.min(spot.micros, rates.machineHour) }, marginOf(facts));
}

function offerOf(shape: Shape, facts: Facts): Offer {
  const rates = facts.ratesOf(shape);
  return { shape, price: rates === null ? null : priceOf(shape, rates, marginOf(facts)) };
}

const marginOf = ({ entitlements }: Facts): Margin =>
  parseFactor(entitlements.margin) ?? { numerator: 1, denominator: 1 };

const verdictsOn = (asked: Asked, { shape, price }: Offer, facts: Facts): Verdict[] => [
  passed('valid'),
  entitled(asked, shape, facts),
  price === null ? priceless(shape) : passed('priced'),
  authorised(asked, shape, price, facts),
  withinQuota(shape, facts.quotaOf(shape)),
];

/** Whether there is still room for what was decided earlier: budget and quota alone, as they are what others take of meanwhile. */
export function roomFor(takes: Takes, market: Shape['market'], facts: Facts): Verdict {
  const budget = withinBudget(takes, facts);
  const kind = { instanceType: takes.instanceType, vcpus: takes.vcpus, market };
  return budget.passed ? withinQuota(kind, facts.quotaOf(kind)) : budget;
}

/** A shape that needs an authorised price whatever it costs (R29). */
export const isGated = ({ gpu, os }: Shape): boolean => gpu !== null || os.family === 'custom-ami';

function entitled({ tier }: Asked, shape: Shape, { entitlements, environment, workspaces }: Facts): Verdict {
  const problem = entitlementProblem({ shape, tier, environment, workspaces }, entitlements);
  return problem === null ? passed('entitled') : failed('entitled', problem.code, problem.context);
}

/** A plain shape may be launched without a known price; a gated one never (R29). */
const priceless = (shape: Shape): Verdict =>
  isGated(shape) ? failed('priced', 'PRICE_UNKNOWN', { instance_type: shape.instanceType }) : passed('priced');

function authorised({ maxHourly }: Asked, shape: Shape, price: Price | null, facts: Facts): Verdict {
  if (price === null) return passed('authorised');
  const hourly_usd = formatUsd(price.hourly);
  if (maxHourly === null) {
    const isNeeded = isGated(shape) || price.hourly > facts.freeHourly;
    if (isNeeded) return failed('authorised', 'COST_AUTHORIZATION_REQUIRED', { hourly_usd });
  } else if (price.hourly > maxHourly) {
    const context = { hourly_usd, max_hourly_usd: formatUsd(maxHourly) };
    return failed('authorised', 'COST_ABOVE_AUTHORIZED', context);
  }
  return withinBudget(price, facts);
}

function withinBudget(price: Pick<Price, 'hourly' | 'monthly'>, { entitlements, spend }: Facts): Verdict {
  for (const [period, budget, used, asks] of [
    ['hourly', entitlements.budget_hourly, spend.hourly, price.hourly],
    ['monthly', entitlements.budget_monthly, spend.monthly, price.monthly],
  ] as const) {
    if (budget === null || used + asks <= budget) continue;
    return failed('authorised', 'BUDGET_EXCEEDED', {
      period,
      budget_usd: formatUsd(budget),
      used_usd: formatUsd(used),
      asked_usd: formatUsd(asks),
    });
  }
  return passed('authorised');
}

type Kind = Pick<Shape, 'instanceType' | 'vcpus' | 'market'>;

function withinQuota({ vcpus, instanceType, market }: Kind, quota: QuotaFacts | null): Verdict {
  if (quota === null || quota.inUse + quota.reserved + vcpus <= quota.limit) return passed('quota');
  return failed('quota', 'AWS_QUOTA_INSUFFICIENT', {
    quota_code: quota.code,
    limit: quota.limit,
    in_use: quota.inUse,
    reserved: quota.reserved,
    asked: vcpus,
    instance_type: instanceType,
    market,
    age_seconds: quota.ageSeconds,
  });
}

const passed = (gate: Gate): Verdict => ({ gate, passed: true });
const failed = (gate: Gate, code: ErrorCode, context: ErrorContext): Extract<Verdict, { passed: false }> => ({
  gate,
  passed: false,
  code,
  context,
});
