// The price list through the real client: products, filters, pages (facts/ec2.md 1.8 and 5).

import {
  DescribeServicesCommand,
  GetAttributeValuesCommand,
  GetProductsCommand,
  type GetProductsCommandInput,
  paginateGetProducts,
  PricingClient,
} from '@aws-sdk/client-pricing';
import fc from 'fast-check';
import { serveJson, type TestService } from '../json/testing.ts';
import { accountIdOf } from '../protocols/credentials.ts';
import { pricing } from './index.ts';
import { INSTANCES, RATES } from './list.ts';
import { onDemandPrice, setPrice } from './prices.ts';

let aws: TestService;
let prices: PricingClient;
beforeAll(async () => {
  aws = await serveJson(pricing);
  prices = clientOf('one');
});
afterAll(async () => {
  prices.destroy();
  await aws.close();
});

type Item = {
  product: { sku: string; productFamily?: string; attributes: Record<string, string> };
  terms: {
    OnDemand: Record<
      string,
      { priceDimensions: Record<string, { unit: string; description: string; pricePerUnit: { USD: string } }> }
    >;
  };
  version: string;
  publicationDate: string;
};

const clientOf = (accessKeyId: string) =>
  new PricingClient({
    endpoint: aws.url,
    region: 'us-east-1',
    credentials: { accessKeyId, secretAccessKey: 'any' },
    maxAttempts: 1,
  });
const by = (fields: Record<string, string>): GetProductsCommandInput => ({
  ServiceCode: 'AmazonEC2',
  Filters: Object.entries(fields).map(([Field, Value]) => ({ Type: 'TERM_MATCH', Field, Value })),
});
const LINUX = {
  operatingSystem: 'Linux',
  preInstalledSw: 'NA',
  capacitystatus: 'Used',
  marketoption: 'OnDemand',
  tenancy: 'Shared',
  productFamily: 'Compute Instance',
};

async function products(input: GetProductsCommandInput, client = prices): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of paginateGetProducts({ client }, input)) {
    items.push(...(page.PriceList as string[]).map((item) => JSON.parse(item) as Item));
  }
  return items;
}
const dimensionOf = (item: Item) => Object.values(Object.values(item.terms.OnDemand)[0]!.priceDimensions)[0]!;
const usdOf = (item: Item) => dimensionOf(item).pricePerUnit.USD;
const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'fine',
    (error: Error) => error.name,
  );

it('an instance type has one product per region, with its price', async () => {
  const found = await products(by({ ...LINUX, regionCode: 'us-east-1', instanceType: 'm6i.large' }));
  expect(found).toHaveLength(1);
  const { sku } = found[0]!.product;
  expect(sku).toMatch(/^[0-9A-Z]{16}$/);
  expect(found[0]).toMatchObject({
    product: {
      productFamily: 'Compute Instance',
      attributes: { vcpu: '2', memory: '8 GiB', location: 'US East (N. Virginia)', usagetype: 'BoxUsage:m6i.large' },
    },
    terms: {
      OnDemand: {
        [`${sku}.JRTCKXETXF`]: {
          priceDimensions: {
            [`${sku}.JRTCKXETXF.6YS6EN2CT7`]: {
              unit: 'Hrs',
              description: '$0.096 per On Demand Linux m6i.large Instance Hour',
              pricePerUnit: { USD: '0.0960000000' },
            },
          },
        },
      },
    },
    version: '20260720000000',
    publicationDate: '2026-07-20T00:00:00Z',
  });
});

it('every type is sold where it is offered, at the price that EC2 code is told', async () => {
  for (const region of ['us-east-1', 'us-west-2', 'eu-central-1']) {
    const found = await products(by({ ...LINUX, regionCode: region }));
    const offered = Object.keys(INSTANCES).filter((type) => INSTANCES[type]!.zones[region] !== undefined);
    const sold = found.map((item) => item.product.attributes['instanceType']!);
    expect(sold.sort()).toEqual(offered.sort());
    for (const item of found) {
      const price = onDemandPrice(item.product.attributes['instanceType']!, region)!;
      expect(usdOf(item)).toBe(`${price}0000`);
      expect(item.product.attributes['instanceFamily']).toBeDefined();
    }
  }
});

it.each([
  [{ volumeApiName: 'gp3', productFamily: 'Storage', regionCode: 'us-east-1' }, '0.0800000000', 'GB-Mo'],
  [{ volumeApiName: 'gp3', productFamily: 'System Operation', regionCode: 'us-west-2' }, '0.0050000000', 'IOPS-Mo'],
  [{ usagetype: 'EBS:VolumeP-Throughput.gp3' }, '40.9600000000', 'GiBps-mo'],
  [{ usagetype: 'EUC1-EBS:VolumeUsage.gp3' }, '0.0920000000', 'GB-Mo'],
  [{ usagetype: 'EBS:SnapshotUsage' }, '0.0500000000', 'GB-Mo'],
])('%j costs %s per %s', async (fields, usd, unit) => {
  const found = await products(by(fields));
  expect(found.map((item) => [usdOf(item), dimensionOf(item).unit])).toEqual([[usd, unit]]);
});

it('public IPv4 is sold by another service, without a family, at one price everywhere', async () => {
  const group = { Type: 'TERM_MATCH', Field: 'group', Value: 'VPCPublicIPv4Address' } as const;
  const found = await products({ ServiceCode: 'AmazonVPC', Filters: [group] });
  expect(found.map((item) => item.product.attributes['usagetype']!).sort()).toEqual(
    ['USE1', 'USW2', 'EUC1'].flatMap((at) => [`${at}-PublicIPv4:IdleAddress`, `${at}-PublicIPv4:InUseAddress`]).sort(),
  );
  expect(new Set(found.map(usdOf))).toEqual(new Set(['0.0050000000']));
  expect(found.every((item) => item.product.productFamily === undefined)).toBe(true);
  expect(await products(by({ usagetype: 'USE1-PublicIPv4:InUseAddress' }))).toEqual([]);
});

it('what nothing matches is an empty list', async () => {
  expect(await products(by({ operatingSystem: 'Windows' }))).toEqual([]);
  expect(await products(by({ instanceType: 'm6i.large', volumeApiName: 'gp3' }))).toEqual([]);
});

it.each([
  ['an unknown field', { Filters: [{ Type: 'TERM_MATCH', Field: 'colour', Value: 'red' }] }],
  ['a field of Object', { Filters: [{ Type: 'TERM_MATCH', Field: 'constructor', Value: 'red' }] }],
  ['another type of filter', { Filters: [{ Type: 'ANY_OF', Field: 'instanceType', Value: 'm6i.large' }] }],
  ['a page of none', { MaxResults: 0 }],
  ['a page of too many', { MaxResults: 101 }],
  ['another format', { FormatVersion: 'aws_v2' }],
] as [string, Partial<GetProductsCommandInput>][])('%s is refused', async (_what, input) => {
  const call = prices.send(new GetProductsCommand({ ServiceCode: 'AmazonEC2', ...input }));
  expect(await codeOf(call)).toBe('InvalidParameterException');
});

it('pages of any size add up to all products, each once', async () => {
  const all = (await products({ ServiceCode: 'AmazonEC2' })).map((item) => item.product.sku);
  expect(new Set(all).size).toBe(all.length);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 20, max: 100 }), async (MaxResults) => {
      const paged = await products({ ServiceCode: 'AmazonEC2', MaxResults });
      expect(paged.map((item) => item.product.sku)).toEqual(all);
    }),
    { numRuns: 5, seed: 3 },
  );
});

it('a token of another question is refused', async () => {
  const { NextToken } = await prices.send(new GetProductsCommand({ ServiceCode: 'AmazonEC2', MaxResults: 1 }));
  const other = prices.send(new GetProductsCommand({ ...by({ regionCode: 'us-east-1' }), NextToken }));
  expect(await codeOf(other)).toBe('InvalidNextTokenException');
});

it('the services say by what their products are asked for', async () => {
  const { Services } = await prices.send(new DescribeServicesCommand({ ServiceCode: 'AmazonEC2' }));
  expect(Services![0]!.AttributeNames).toEqual(
    expect.arrayContaining([...Object.keys(LINUX), 'regionCode', 'location', 'vcpu', 'volumeApiName', 'usagetype']),
  );
  const all = await prices.send(new DescribeServicesCommand({}));
  expect(all.Services!.map((service) => service.ServiceCode)).toEqual(['AmazonEC2', 'AmazonVPC']);
  for (const call of [
    new DescribeServicesCommand({ ServiceCode: 'AmazonS3' }),
    new GetProductsCommand({ ServiceCode: 'AmazonS3' }),
    new GetAttributeValuesCommand({ ServiceCode: 'AmazonS3', AttributeName: 'location' }),
  ]) {
    expect(await codeOf(prices.send(call as GetProductsCommand))).toBe('NotFoundException');
  }
});

it('an attribute lists its values once each', async () => {
  const values = async (AttributeName: string) =>
    (
      await prices.send(new GetAttributeValuesCommand({ ServiceCode: 'AmazonEC2', AttributeName }))
    ).AttributeValues!.map(({ Value }) => Value);
  expect(await values('regionCode')).toEqual(['eu-central-1', 'us-east-1', 'us-west-2']);
  expect(await values('volumeApiName')).toEqual(
    [...new Set(RATES.flatMap((rate) => rate.attributes['volumeApiName'] ?? []))].sort(),
  );
  expect(await codeOf(values('colour'))).toBe('InvalidParameterException');
});

it('a price that was set is the one in the list, for its account alone', async () => {
  const account = aws.context(accountIdOf('dear'));
  setPrice(account, { type: 'm6i.large', region: 'us-west-2', usd: '9.5' });
  setPrice(account, { type: 'gp3', region: 'us-west-2', usd: '0.2' });
  const dear = clientOf('dear');
  const instance = by({ instanceType: 'm6i.large', regionCode: 'us-west-2' });
  const gp3 = by({ usagetype: 'USW2-EBS:VolumeUsage.gp3' });
  expect((await products(instance, dear)).map(usdOf)).toEqual(['9.5000000000']);
  expect((await products(gp3, dear)).map(usdOf)).toEqual(['0.2000000000']);
  expect((await products(instance)).map(usdOf)).toEqual(['0.0960000000']);
  dear.destroy();
});
