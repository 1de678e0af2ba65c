// Prices as AWS has them now: the spot price beside what has to be authorised, and the list that everybody can read.

import { ScheduleOverlapPolicy } from '@temporalio/client';
import { type Berth, startBerth } from '../support/berth.ts';
import { until } from '../support/until.ts';

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth();
});
afterAll(() => berth.stop());

type Quote = {
  price: { hourly_usd: string; expected_hourly_usd?: string | null; expected_as_of?: string; expected_zone?: string };
  candidates: { instance_type: string; zone: string; expected_hourly_usd?: string }[];
};
type Metadata = {
  source: string;
  prices_as_of: string;
  instance_types: { name: string; hourly_usd: string; spot_hourly_usd: Record<string, string> }[];
};

const quote = (compute: object) => berth.user.call<Quote>('POST', '/compute/quote', { compute });
const metadata = async () => (await (await fetch(`${berth.apiUrl}/compute/metadata`)).json()) as Metadata;
const spot = { instance_type: 'm6i.large', market: 'spot' };
const setSpot = (zone: string, usd: string) =>
  fetch(`${berth.emulator.url}/_emulator/prices`, {
    method: 'POST',
    body: JSON.stringify({ market: 'spot', type: 'm6i.large', zone, usd }),
  });

it('quotes what a spot machine costs now where it goes first, launches there, and charges no more than was authorised', async () => {
  const known = await until(
    () => quote(spot),
    ({ price }) => typeof price.expected_hourly_usd === 'string',
  );
  expect(Number(known.price.expected_hourly_usd)).toBeLessThan(Number(known.price.hourly_usd));
  await setSpot('us-east-1d', '0.011');
  // The first run may not have ended yet; the schedule itself skips what overlaps.
  await berth.temporal.schedule
    .getHandle(`${berth.env['TASK_QUEUE']}/refresh-spot-prices`)
    .trigger(ScheduleOverlapPolicy.BUFFER_ONE);
  const cheaper = await until(
    () => quote(spot),
    ({ price }) => price.expected_hourly_usd === '0.023672',
  );
  // 0.011 and the volumes and the address; what has to be authorised is on-demand's.
  expect(cheaper.price).toMatchObject({
    hourly_usd: '0.108672',
    expected_zone: 'us-east-1d',
    expected_source: 'aws-spot-price-history',
  });
  expect(Date.parse(cheaper.price.expected_as_of!)).toBeGreaterThan(Date.parse('2026-07-20'));
  expect(cheaper.candidates[0]).toMatchObject({ zone: 'us-east-1d', expected_hourly_usd: '0.023672' });
  const { id } = await berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'spot', compute: spot });
  const seen = await berth.untilEvent(id, 'WORKSPACE_ONLINE');
  expect(seen.at(-1)!.payload).toMatchObject({ zone: 'us-east-1d' });
  const planned = seen.find(({ payload }) => payload['step'] === 'planned')!.payload;
  expect(planned['candidates']).toEqual(cheaper.candidates);
});

it('on-demand has one price', async () => {
  const { price, candidates } = await quote({ instance_type: 'm6i.large' });
  expect(price).not.toHaveProperty('expected_hourly_usd');
  expect(candidates[0]).not.toHaveProperty('expected_hourly_usd');
});

it('shows everybody the prices that were read, and from when they are', async () => {
  const read = await until(metadata, ({ source }) => source === 'aws');
  expect(Date.parse(read.prices_as_of)).toBeGreaterThan(Date.parse('2026-07-20'));
  const ofType = ({ instance_types: types }: Metadata) => types.find(({ name }) => name === 'm6i.large')!;
  expect(ofType(read).hourly_usd).toBe('0.096');
  expect(Object.keys(ofType(read).spot_hourly_usd)).toHaveLength(5);
});
