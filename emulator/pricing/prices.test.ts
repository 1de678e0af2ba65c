// Prices of instances, storage and spot: exact, the same for a seed, and as control sets them.

import fc from 'fast-check';
import { steppedClock } from '../clock.ts';
import { Store } from '../state/store.ts';
import { INSTANCES } from './list.ts';
import { type PriceChange, onDemandPrice, setPrice, spotHistory, spotPrice, storagePrice } from './prices.ts';
import { formatUsd, parseUsd, shortUsd, timesFactor } from './usd.ts';

const HOUR_MS = 3_600_000;
const NOW_MS = Date.parse('2026-01-01T00:00:00Z');
const SPOT = ['seed', 'm6i.large', 'us-east-1a'] as const;

function anAccount(accountId = '1') {
  const clock = steppedClock(NOW_MS);
  return { clock, store: new Store({ clock, lagMs: () => 0 }), accountId };
}

const aPool = fc.constantFrom(
  ...Object.entries(INSTANCES).flatMap(([type, { zones }]) =>
    Object.values(zones).flatMap((names) => names.map((zone) => ({ type, zone }))),
  ),
);
const aTime = fc.integer({ min: NOW_MS, max: NOW_MS + 365 * 24 * HOUR_MS });

describe('on demand', () => {
  it.each([
    ['m6i.large', 'us-east-1', '0.096000'],
    ['m6i.large', 'us-west-2', '0.096000'],
    ['m6i.large', 'eu-central-1', '0.110400'],
    ['p4d.24xlarge', 'us-east-1', '21.957642'],
    ['p5.48xlarge', 'us-east-1', '55.040000'],
    ['p5.48xlarge', 'eu-central-1', null],
    ['m6i.large', 'ap-south-1', null],
    ['q9.large', 'us-east-1', null],
    ['constructor', 'us-east-1', null],
  ])('%s in %s costs %s', (type, region, usd) => {
    expect(onDemandPrice(type, region)).toBe(usd);
  });
});

describe('storage', () => {
  it('costs by the gigabyte and month, without a float', () => {
    expect(storagePrice('gp3', 100)).toBe('8.000000');
    expect(storagePrice('gp3', 3, 'eu-central-1')).toBe('0.276000');
    expect(storagePrice('gp2', 7)).toBe('0.700000');
    expect(storagePrice('snapshot', 30)).toBe('1.500000');
    expect(storagePrice('snapshot-archive', 0)).toBe('0.000000');
  });

  it.each([
    ['gp9', 1, 'us-east-1'],
    ['gp3', 1, 'ap-south-1'],
    ['gp3', -1, 'us-east-1'],
    ['gp3', 1.5, 'us-east-1'],
  ])('%s of %s GB in %s is refused', (type, gb, region) => {
    expect(() => storagePrice(type, gb, region)).toThrow(RangeError);
  });
});

describe('spot', () => {
  it('is the same every time for a seed, and another for another', () => {
    const at = (seed: string) => spotHistory(seed, 'm6i.large', 'us-east-1a', NOW_MS, NOW_MS + 48 * HOUR_MS);
    expect(at('seed')).toEqual(at('seed'));
    expect(at('seed')).not.toEqual(at('other'));
    expect(spotPrice(...SPOT, NOW_MS)).toBe('0.050054');
  });

  it('lies between 25 and 70 % of the list price, in six decimals', () => {
    fc.assert(
      fc.property(fc.string(), aPool, aTime, (seed, { type, zone }, atMs) => {
        const price = spotPrice(seed, type, zone, atMs);
        expect(price).toMatch(/^\d+\.\d{6}$/);
        const listed = parseUsd(onDemandPrice(type, zone.slice(0, -1))!);
        expect(parseUsd(price) * 100n >= listed * 25n && parseUsd(price) * 100n <= listed * 70n).toBe(true);
      }),
      { seed: 4 },
    );
  });

  it('has a history of steps that agrees with the price at any time, newest first', () => {
    fc.assert(
      fc.property(aPool, aTime, fc.nat(240), fc.double({ min: 0, max: 1, noNaN: true }), (pool, fromMs, hours, at) => {
        const toMs = fromMs + hours * HOUR_MS;
        const history = spotHistory('seed', pool.type, pool.zone, fromMs, toMs);
        const oldest = history.at(-1)!;
        expect(oldest.atMs).toBeLessThanOrEqual(fromMs);
        expect(history.slice(0, -1).every((step) => step.atMs > fromMs && step.atMs <= toMs)).toBe(true);
        const gaps = history.slice(1).map((step, index) => history[index]!.atMs - step.atMs);
        expect(gaps.every((gap) => gap >= 2 * HOUR_MS && gap <= 6 * HOUR_MS)).toBe(true);
        const atMs = fromMs + Math.floor(at * (toMs - fromMs));
        const inEffect = history.find((step) => step.atMs <= atMs)!;
        expect(spotPrice('seed', pool.type, pool.zone, atMs)).toBe(inEffect.price);
      }),
      { seed: 5 },
    );
  });

  it('of one instant is the price in effect, and of no time nothing', () => {
    const [now, ...others] = spotHistory(...SPOT, NOW_MS, NOW_MS);
    expect([now!.price, others]).toEqual([spotPrice(...SPOT, NOW_MS), []]);
    expect(spotHistory(...SPOT, NOW_MS, NOW_MS - 1)).toEqual([]);
    expect(() => spotHistory(...SPOT, -Infinity, NOW_MS)).toThrow(RangeError);
  });

  it.each([
    ['q9.large', 'us-east-1a'],
    ['m6i.large', 'us-east-1z'],
    ['m6i.large', 'ap-south-1a'],
    ['m6i.large', ''],
  ])('of %s in %p there is none', (type, zone) => {
    expect(() => spotPrice('seed', type, zone, NOW_MS)).toThrow(RangeError);
  });
});

describe('a price that control sets', () => {
  it('is answered for its account, type and region until it is given back', () => {
    const account = anAccount();
    setPrice(account, { type: 'm6i.large', region: 'us-west-2', usd: '1.25' });
    setPrice(account, { type: 'gp3', region: 'us-west-2', usd: '0.5' });
    expect(onDemandPrice('m6i.large', 'us-west-2', account)).toBe('1.250000');
    expect(storagePrice('gp3', 3, 'us-west-2', account)).toBe('1.500000');
    expect(onDemandPrice('m6i.large', 'us-east-1', account)).toBe('0.096000');
    expect(onDemandPrice('m6i.large', 'us-west-2', anAccount())).toBe('0.096000');
    expect(onDemandPrice('m6i.large', 'us-west-2', { ...account, accountId: '2' })).toBe('0.096000');
    setPrice(account, { type: 'm6i.large', region: 'us-west-2', usd: null });
    expect(onDemandPrice('m6i.large', 'us-west-2', account)).toBe('0.096000');
  });

  it('of spot becomes a step of the history, and so does its end', () => {
    const account = anAccount();
    const set = (usd: string | null) =>
      setPrice(account, { type: 'm6i.large', zone: 'us-east-1a', market: 'spot', usd });
    const setMs = NOW_MS + HOUR_MS;
    const endMs = setMs + 24 * HOUR_MS;
    account.clock.advance(HOUR_MS);
    set('0.5');
    set('0.6');
    account.clock.advance(24 * HOUR_MS);
    set(null);
    const at = (atMs: number) => spotPrice(...SPOT, atMs, account);
    expect([at(setMs - 1), at(setMs), at(endMs - 1), at(endMs)]).toEqual([
      spotPrice(...SPOT, setMs - 1),
      '0.600000',
      '0.600000',
      spotPrice(...SPOT, endMs),
    ]);
    const history = spotHistory(...SPOT, NOW_MS, endMs, account);
    expect(history.slice(0, 2)).toEqual([
      { atMs: endMs, price: at(endMs) },
      { atMs: setMs, price: '0.600000' },
    ]);
    expect(history.slice(2)).toEqual(spotHistory(...SPOT, NOW_MS, setMs - 1));
    expect(spotPrice('seed', 'm6i.large', 'us-east-1b', setMs, account)).toBe(
      spotPrice('seed', 'm6i.large', 'us-east-1b', setMs),
    );
  });

  it.each([
    { type: 'q9.large', region: 'us-east-1', usd: '1' },
    { type: 'p5.48xlarge', region: 'eu-central-1', usd: '1' },
    { type: 'gp3', region: 'ap-south-1', usd: '1' },
    { type: 'm6i.large', region: 'us-east-1', usd: '-1' },
    { type: 'm6i.large', region: 'us-east-1', usd: '1e3' },
    { type: 'm6i.large', region: 'us-east-1', usd: '0.0000001' },
    { type: 'm6i.large', zone: 'us-east-1z', market: 'spot', usd: '1' },
    { type: 'gp3', zone: 'us-east-1a', market: 'spot', usd: '1' },
  ] as PriceChange[])('is refused as %j', (change) => {
    expect(() => setPrice(anAccount(), change)).toThrow(RangeError);
  });
});

describe('amounts', () => {
  const anAmount = fc.bigInt({ min: 0n, max: 10n ** 14n });

  it('are read as they are written', () => {
    fc.assert(
      fc.property(anAmount, (micros) => {
        expect(parseUsd(formatUsd(micros))).toBe(micros);
        expect(parseUsd(shortUsd(micros))).toBe(micros);
      }),
      { seed: 6 },
    );
  });

  it('are multiplied exactly, rounded half up', () => {
    expect(timesFactor(1n, '1.5')).toBe(2n);
    expect(timesFactor(1n, '1.499999')).toBe(1n);
    expect([shortUsd(40_000_000n), shortUsd(100_000n), shortUsd(0n)]).toEqual(['40', '0.1', '0']);
    fc.assert(
      fc.property(anAmount, (micros) => expect(timesFactor(micros, '1')).toBe(micros)),
      { seed: 7 },
    );
  });
});
