// Where spot capacity is likely (facts/ec2.md 1.8).

import {
  type EC2Client,
  GetSpotPlacementScoresCommand,
  type GetSpotPlacementScoresCommandInput,
} from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { aLaunch, aRunningEmulator, codeOf, type TestEmulator } from '../../testing.ts';

let aws: TestEmulator;
let ec2: EC2Client;
beforeAll(async () => {
  aws = await aRunningEmulator({ seed: 'scores' });
  ec2 = aws.client();
});
afterAll(() => aws.close());
afterEach(() => aws.emulator.control.capacity.clear());

const TYPES = ['m6i.large', 'm7i.large', 'c6i.large'];

const scores = async (input: Partial<GetSpotPlacementScoresCommandInput> = {}) =>
  (
    await ec2.send(
      new GetSpotPlacementScoresCommand({
        InstanceTypes: TYPES,
        TargetCapacity: 1,
        RegionNames: ['us-east-1'],
        ...input,
      }),
    )
  ).SpotPlacementScores!;
const ofZone = async (id: string, input: Partial<GetSpotPlacementScoresCommandInput> = {}) =>
  (await scores({ SingleAvailabilityZone: true, ...input })).find((each) => each.AvailabilityZoneId === id)!.Score!;

it('are of regions, or of their zones, the best first, and always the same', async () => {
  const whole = await scores();
  const zones = await scores({ SingleAvailabilityZone: true });
  expect(whole).toEqual([{ Region: 'us-east-1', Score: zones[0]!.Score }]);
  expect(zones.map(({ AvailabilityZoneId }) => AvailabilityZoneId)).toContain('use1-az1');
  expect(zones.map(({ Score }) => Score)).toEqual(zones.map(({ Score }) => Score!).sort((a, b) => b - a));
  expect(await scores({ SingleAvailabilityZone: true })).toEqual(zones);
  const all = { RegionNames: undefined };
  expect((await scores(all)).map(({ Region }) => Region)).toContain('us-east-1');
  // The ten best are answered.
  expect(await scores({ ...all, SingleAvailabilityZone: true })).toHaveLength(10);
});

it('are from 1 to 10, whatever is asked for', async () => {
  const wanted = fc.record({
    InstanceTypes: fc.subarray([...TYPES, 'p5.48xlarge', 't3.nano', 'g5.xlarge', 'r6i.large'], { minLength: 1 }),
    TargetCapacity: fc.integer({ min: 1, max: 2_000_000_000 }),
    TargetCapacityUnitType: fc.constantFrom('units' as const, 'vcpu' as const, 'memory-mib' as const),
    SingleAvailabilityZone: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(wanted, async (input) => {
      for (const { Score } of await scores(input)) {
        expect(Number.isInteger(Score) && Score! >= 1 && Score! <= 10).toBe(true);
      }
    }),
    { seed: 7, numRuns: 50 },
  );
});

it('are low for one type, and lower for more of it', async () => {
  const InstanceTypes = ['m6i.large'];
  const one = await ofZone('use1-az1', { InstanceTypes });
  expect(one).toBeLessThanOrEqual(4);
  expect(one).toBeLessThan(await ofZone('use1-az1'));
  expect(await ofZone('use1-az1', { TargetCapacity: 10_000 })).toBeLessThan(await ofZone('use1-az1'));
  const vcpus = { TargetCapacity: 20_000, TargetCapacityUnitType: 'vcpu' as const };
  expect(await ofZone('use1-az1', vcpus)).toBe(await ofZone('use1-az1', { TargetCapacity: 10_000 }));
});

it('fall with the pools', async () => {
  const before = await ofZone('use1-az1');
  const { capacity } = aws.emulator.control;
  capacity.empty('m6i.large', 'us-east-1a', 'spot');
  const fewer = await ofZone('use1-az1');
  expect(fewer).toBeLessThan(before);
  capacity.empty('*', 'us-east-1a', 'spot');
  expect(await ofZone('use1-az1')).toBe(1);
  expect(await ofZone('use1-az2')).toBeGreaterThan(1);
  capacity.clear();
  capacity.set('m6i.large', 'us-east-1a', 'spot', 1);
  expect(await ofZone('use1-az1')).toBe(before);
  // Who has the last one leaves none.
  const spot = { InstanceMarketOptions: { MarketType: 'spot' as const } };
  await ec2.send(aLaunch({ ...spot, InstanceType: 'm6i.large' }));
  expect(await ofZone('use1-az1')).toBe(fewer);
});

it.each<[string, Partial<GetSpotPlacementScoresCommandInput>, string]>([
  ['nothing', { TargetCapacity: 0 }, 'InvalidParameterValue'],
  ['more than there can be', { TargetCapacity: 2_000_000_001 }, 'InvalidParameterValue'],
  ['no type', { InstanceTypes: undefined }, 'MissingParameter'],
  ['a type that is none', { InstanceTypes: ['t3.enormous'] }, 'InvalidParameterValue'],
  ['a region that is none', { RegionNames: ['mars-1'] }, 'InvalidParameterValue'],
  ['eleven regions', { RegionNames: Array.from({ length: 11 }, () => 'us-east-1') }, 'InvalidParameterValue'],
  ['a unit that is none', { TargetCapacityUnitType: 'racks' as 'vcpu' }, 'InvalidParameterValue'],
  ['a page of nine', { MaxResults: 9 }, 'InvalidParameterValue'],
  ['what has no meaning here', { InstanceRequirementsWithMetadata: {}, IncludeLocalZones: true }, 'UnknownParameter'],
  ['a dry run', { DryRun: true }, 'DryRunOperation'],
])('%s is refused', async (_, input, code) => {
  expect(await codeOf(scores(input))).toBe(code);
});
