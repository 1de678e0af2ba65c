// What machines cost: the price list, spot prices and where spot is to be had (facts/ec2.md 1.8, 5).

import {
  DescribeSpotPriceHistoryCommand,
  type DescribeSpotPriceHistoryCommandInput,
  GetSpotPlacementScoresCommand,
  type SpotPrice,
} from '@aws-sdk/client-ec2';
import {
  DescribeServicesCommand,
  GetAttributeValuesCommand,
  GetProductsCommand,
  type GetProductsCommandOutput,
} from '@aws-sdk/client-pricing';
import { capability } from './support/capability.ts';
import { contract } from './support/contract.ts';
import { INSTANCE_TYPE, isOurs, REGION } from './support/endpoint.ts';
import { codeOf, oneOf } from './support/refusal.ts';

const aws = contract();

const DOLLARS = /^\d+\.\d+$/;
/** The list of 2026-07-20 (facts/ec2.md 5), which AWS's own need not be any more. */
const LISTED = { 't3.micro': '0.0104', 'm6i.large': '0.096', 'm7g.xlarge': '0.1632', 'g4dn.xlarge': '0.526' };

type Item = {
  product: { sku: string; attributes: Record<string, string> };
  terms: { OnDemand: Record<string, { priceDimensions: Record<string, Dimension> }> };
};
type Dimension = { unit: string; pricePerUnit: { USD: string } };

const terms = (fields: Record<string, string>) =>
  Object.entries(fields).map(([Field, Value]) => ({ Type: 'TERM_MATCH' as const, Field, Value }));

/** The one product that is a Linux machine on demand. */
async function machines(instanceType: string): Promise<Item[]> {
  const Filters = terms({
    regionCode: REGION,
    instanceType,
    operatingSystem: 'Linux',
    preInstalledSw: 'NA',
    capacitystatus: 'Used',
    marketoption: 'OnDemand',
    tenancy: 'Shared',
    productFamily: 'Compute Instance',
  });
  const command = new GetProductsCommand({ ServiceCode: 'AmazonEC2', Filters, FormatVersion: 'aws_v1' });
  return itemsOf(await aws.pricing.send(command));
}

const itemsOf = ({ PriceList }: GetProductsCommandOutput): Item[] =>
  (PriceList as string[]).map((item) => JSON.parse(item) as Item);

const dimensionOf = (item: Item): Dimension =>
  Object.values(Object.values(item.terms.OnDemand)[0]!.priceDimensions)[0]!;

capability(
  'price list',
  () => [machines(INSTANCE_TYPE)],
  (it) => {
    it('a type has one price on demand, in dollars an hour (1.8)', async () => {
      const items = await machines(INSTANCE_TYPE);
      expect(items).toHaveLength(1);
      expect(items[0]!.product.attributes).toMatchObject({ instanceType: INSTANCE_TYPE, regionCode: REGION });
      const { unit, pricePerUnit } = dimensionOf(items[0]!);
      expect([unit, pricePerUnit.USD]).toEqual(['Hrs', expect.stringMatching(DOLLARS)]);
      expect(Number(pricePerUnit.USD)).toBeGreaterThan(0);
    });

    it('a larger one costs more (5)', async () => {
      const price = async (type: string) => Number(dimensionOf((await machines(type))[0]!).pricePerUnit.USD);
      expect(await price('t3.large')).toBeCloseTo(8 * (await price('t3.micro')), 6);
    });

    it('our own list is the one of facts/ec2.md 5', async () => {
      if (!isOurs || REGION !== 'us-east-1') return;
      for (const [type, usd] of Object.entries(LISTED)) {
        const [item] = await machines(type);
        expect([type, Number(dimensionOf(item!).pricePerUnit.USD)]).toEqual([type, Number(usd)]);
      }
    });

    it('a type that there is not has no price (1.8)', async () => {
      expect(await machines('t3.enormous')).toEqual([]);
    });

    it('all pages together are all that was asked for, once (1.8)', async () => {
      const skus: string[] = [];
      let NextToken: string | undefined;
      do {
        const Filters = terms({ regionCode: REGION, operatingSystem: 'Linux', instanceType: 'm6i.large' });
        const page = await aws.pricing.send(
          new GetProductsCommand({ ServiceCode: 'AmazonEC2', Filters, MaxResults: 1, NextToken }),
        );
        skus.push(...itemsOf(page).map(({ product }) => product.sku));
        ({ NextToken } = page);
        // AWS has many more kinds of them than are worth the calls.
      } while (NextToken && skus.length < 5);
      expect(skus.length).toBeGreaterThan(0);
      expect(new Set(skus).size).toBe(skus.length);
    });

    it('it says by what products can be asked for (SDK)', async () => {
      const { Services } = await aws.pricing.send(new DescribeServicesCommand({ ServiceCode: 'AmazonEC2' }));
      expect(Services).toMatchObject([
        {
          ServiceCode: 'AmazonEC2',
          AttributeNames: expect.arrayContaining(['instanceType', 'operatingSystem', 'regionCode', 'tenancy']),
        },
      ]);
      const { AttributeValues } = await aws.pricing.send(
        new GetAttributeValuesCommand({ ServiceCode: 'AmazonEC2', AttributeName: 'operatingSystem' }),
      );
      expect(AttributeValues).toContainEqual({ Value: 'Linux' });
    });

    it('a token that is none is refused (SDK)', async () => {
      const call = aws.pricing.send(new GetProductsCommand({ ServiceCode: 'AmazonEC2', NextToken: 'forged' }));
      expect(await codeOf(call)).toMatch(oneOf('InvalidNextTokenException', 'InvalidParameterException'));
    });
  },
);

async function spotPrices(input: DescribeSpotPriceHistoryCommandInput): Promise<SpotPrice[]> {
  const found: SpotPrice[] = [];
  let NextToken: string | undefined;
  do {
    const page = await aws.ec2.send(new DescribeSpotPriceHistoryCommand({ ...input, NextToken }));
    found.push(...page.SpotPriceHistory!);
    ({ NextToken } = page);
  } while (NextToken);
  return found;
}

const InstanceTypes = [INSTANCE_TYPE as 't3.micro'];
const ProductDescriptions = ['Linux/UNIX'];

capability(
  'spot prices',
  () => [spotPrices({ InstanceTypes, StartTime: new Date(), EndTime: new Date() })],
  (it) => {
    it('from now to now there is one price of each zone (1.8)', async () => {
      const now = new Date();
      const prices = await spotPrices({ InstanceTypes, ProductDescriptions, StartTime: now, EndTime: now });
      const zones = prices.map(({ AvailabilityZone }) => AvailabilityZone);
      expect(new Set(zones).size).toBe(zones.length);
      expect(zones).toEqual(expect.arrayContaining([aws.around.zone, aws.around.otherZone]));
      for (const price of prices) {
        expect(price).toMatchObject({
          InstanceType: INSTANCE_TYPE,
          ProductDescription: 'Linux/UNIX',
          SpotPrice: expect.stringMatching(DOLLARS),
          Timestamp: expect.any(Date),
        });
        expect(price.Timestamp!.getTime()).toBeLessThanOrEqual(now.getTime());
        expect(Number(price.SpotPrice)).toBeGreaterThan(0);
      }
    });

    it('one zone can be asked about (1.8)', async () => {
      const { zone } = aws.around;
      const now = new Date();
      const input = { InstanceTypes, ProductDescriptions, StartTime: now, EndTime: now };
      const named = await spotPrices({ ...input, AvailabilityZone: zone });
      expect(named.map(({ AvailabilityZone }) => AvailabilityZone)).toEqual([zone]);
      expect(await spotPrices({ ...input, Filters: [{ Name: 'availability-zone', Values: [zone] }] })).toEqual(named);
    });

    it('of a type that there is not there is no price (1.8)', async () => {
      const call = spotPrices({ InstanceTypes: ['t3.enormous' as 't3.micro'], StartTime: new Date() });
      const answer = await call.catch((error: Error) => error);
      if (answer instanceof Error) expect(answer.name).toMatch(oneOf('InvalidParameterValue', 'InvalidInstanceType'));
      else expect(answer).toEqual([]);
    });
  },
);

const scores = (SingleAvailabilityZone: boolean, TargetCapacity = 1) =>
  aws.ec2.send(
    new GetSpotPlacementScoresCommand({
      InstanceTypes: ['m6i.large', 'm7i.large', 'c6i.large'],
      TargetCapacity,
      SingleAvailabilityZone,
      RegionNames: [REGION],
    }),
  );

capability(
  'spot placement scores',
  () => [scores(false)],
  (it) => {
    it('a region and its zones have scores of 1 to 10 (1.8)', async () => {
      const whole = (await scores(false)).SpotPlacementScores!;
      expect(whole.map(({ Region }) => Region)).toEqual([REGION]);
      const zones = (await scores(true)).SpotPlacementScores!;
      expect(zones.length).toBeGreaterThan(0);
      for (const { Score } of [...whole, ...zones]) {
        expect(Score).toBeGreaterThanOrEqual(1);
        expect(Score).toBeLessThanOrEqual(10);
      }
      for (const { AvailabilityZoneId } of zones) expect(AvailabilityZoneId).toMatch(/^[a-z0-9]+-az\d$/);
    });

    it('there is nothing to be had of none (SDK)', async () => {
      expect(await codeOf(scores(false, 0))).toBe('InvalidParameterValue');
    });
  },
);
