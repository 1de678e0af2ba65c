// Where the first type has no room anywhere a launch goes on to the next, as it was quoted; a type that was named is kept to.

import pg from 'pg';
import { type Berth, startBerth } from '../support/berth.ts';

let berth: Berth;
beforeAll(async () => {
  berth = await startBerth({ settings: { QUOTA_MAX_AGE_SECONDS: '0' } });
});
afterAll(() => berth.stop());

type Candidate = { instance_type: string; zone: string; hourly_usd: string };
type Step = { step?: string; instance_type?: string; zone?: string; candidates?: Candidate[] };

const created = async (body: object): Promise<string> =>
  (await berth.user.call<{ id: string }>('POST', '/workspaces', { name: 'stands in', ...body })).id;
const stepsOf = async (id: string, until: string): Promise<Step[]> =>
  (await berth.untilEvent(id, until)).map(({ payload }) => payload as Step);
const reserved = async (id: string) => {
  const db = new pg.Client({ connectionString: berth.databaseUrl });
  await db.connect();
  const { rows } = await db.query(
    'select vcpus, hourly_micros from reservations where workspace_id = $1 and released_at is null',
    [id],
  );
  await db.end();
  return rows.map((row) => [row.vcpus, Number(row.hourly_micros)]);
};
const names = (candidates: readonly Candidate[]) => [...new Set(candidates.map((each) => each.instance_type))];

it('goes on in the order that was quoted, and takes what the one that it gets costs', async () => {
  berth.emulator.control.capacity.empty('t3.large', '*');
  const quote = await berth.user.call<{ candidates: Candidate[] }>('POST', '/compute/quote', {});
  expect(names(quote.candidates)).toEqual(['t3.large', 'm6i.large', 't3.xlarge']);
  expect(quote.candidates[0]).toMatchObject({ market: 'on-demand', hourly_usd: '0.095872' });
  const id = await created({});
  const steps = await stepsOf(id, 'WORKSPACE_ONLINE');
  const planned = steps.find(({ step }) => step === 'planned')!.candidates!;
  // Zone by zone from the one that the workspace begins with.
  const sorted = (candidates: readonly Candidate[]) =>
    candidates.map(({ instance_type, zone, hourly_usd }) => [instance_type, zone, hourly_usd].join(' ')).toSorted();
  expect(names(planned)).toEqual(names(quote.candidates));
  expect(sorted(planned)).toEqual(sorted(quote.candidates));
  const refused = steps.filter(({ step }) => step === 'candidate_refused');
  expect(refused.map(({ instance_type, zone }) => [instance_type, zone])).toEqual(
    planned.slice(0, 5).map(({ instance_type, zone }) => [instance_type, zone]),
  );
  expect(await berth.user.call('GET', `/workspaces/${id}`)).toMatchObject({
    status: 'online',
    compute: {},
    machine: { instance_type: 'm6i.large', zone: planned[5]!.zone },
  });
  expect(await reserved(id)).toEqual([[2, 108_672]]);
  // What is known to have no room is asked last.
  const next = await berth.user.call<{ candidates: Candidate[] }>('POST', '/compute/quote', {});
  expect(names(next.candidates)).toEqual(['m6i.large', 't3.xlarge', 't3.large']);
  const second = await created({});
  const seen = await stepsOf(second, 'WORKSPACE_ONLINE');
  expect(seen.filter(({ step }) => step === 'candidate_refused')).toEqual([]);
  expect(await reserved(second)).toEqual([[2, 108_672]]);
});

it('keeps to a type that was named', async () => {
  berth.emulator.control.capacity.empty('c6i.xlarge', '*');
  const id = await created({ compute: { instance_type: 'c6i.xlarge' } });
  const failed = (await berth.untilEvent(id, 'WORKSPACE_PROVISION_FAILED')).at(-1)!.payload;
  expect(failed).toMatchObject({ code: 'CAPACITY_EXHAUSTED' });
  expect((failed['tried'] as string[]).every((each) => each.startsWith('c6i.xlarge in '))).toBe(true);
});
