// Reads AWS's price list for what may be launched, and keeps it with its date (facts/ec2.md 1.8).

import { type Filter, GetProductsCommand, type PricingClient } from '@aws-sdk/client-pricing';
import { mayLaunch } from '../../config/computeRules.ts';
import type { StorageRateName } from '../../domain/compute/price.ts';
import { parseUsd, ratio } from '../../domain/money.ts';
import { recordPrices } from '../../store/prices.ts';
import type { Dependencies } from '../dependencies.ts';
import { aws } from '../failure.ts';

/** Rate -> the product that carries it, by AWS's attributes, and what its unit has to be divided by. */
const RATES: Readonly<
  Record<StorageRateName, { service: string; where: Record<string, string>; usage: RegExp; per: number }>
> = {
  gp3GbMonth: {
    service: 'AmazonEC2',
    where: { productFamily: 'Storage', volumeApiName: 'gp3' },
    usage: /EBS:VolumeUsage\.gp3$/,
    per: 1,
  },
  gp3IopsMonth: {
    service: 'AmazonEC2',
    where: { productFamily: 'System Operation', volumeApiName: 'gp3' },
    usage: /EBS:VolumeP-IOPS\.gp3$/,
    per: 1,
  },
  // Sold by the GiB/s, asked for by the MiB/s.
  gp3ThroughputMonth: {
    service: 'AmazonEC2',
    where: { productFamily: 'Provisioned Throughput', volumeApiName: 'gp3' },
    usage: /EBS:VolumeP-Throughput\.gp3$/,
    per: 1_024,
  },
  ipv4Hour: { service: 'AmazonVPC', where: {}, usage: /PublicIPv4:InUseAddress$/, per: 1 },
};

export type Refreshed = { readonly region: string; readonly prices: number; readonly missing: readonly string[] };

/** What the list lacks keeps the price that it had; an empty answer changes nothing. */
export const refreshPrices =
  ({ db, ec2, settings }: Dependencies) =>
  async (): Promise<Refreshed> => {
    const region = settings.AWS_REGION;
    const types = mayLaunch(settings);
    const micros: Record<string, number> = {};
    const wanted = { regionCode: region, operatingSystem: 'Linux', tenancy: 'Shared', capacitystatus: 'Used' };
    const machines = { ...wanted, preInstalledSw: 'NA', marketoption: 'OnDemand' };
    for (const instanceType of types) {
      for await (const product of products(ec2.pricing, 'AmazonEC2', { ...machines, instanceType })) {
        micros[`machine/${instanceType}`] = product.micros;
      }
    }
    for (const [name, { service, where, usage, per }] of Object.entries(RATES)) {
      for await (const product of products(ec2.pricing, service, { regionCode: region, ...where })) {
        if (usage.test(product.usagetype)) micros[name] = ratio(product.micros, 1, per);
      }
    }
    if (Object.keys(micros).length > 0) await recordPrices(db, region, micros);
    const all = [...[...types].map((type) => `machine/${type}`), ...Object.keys(RATES)];
    return { region, prices: Object.keys(micros).length, missing: all.filter((key) => micros[key] === undefined) };
  };

type Product = { readonly usagetype: string; readonly micros: number };

/** Each with its on-demand price; those that cost nothing are AWS's placeholders. */
async function* products(
  client: PricingClient,
  ServiceCode: string,
  where: Readonly<Record<string, string>>,
): AsyncGenerator<Product> {
  const Filters = Object.entries(where).map(([Field, Value]): Filter => ({ Type: 'TERM_MATCH', Field, Value }));
  let NextToken: string | undefined;
  do {
    const command = new GetProductsCommand({ ServiceCode, Filters, ...(NextToken === undefined ? {} : { NextToken }) });
    const page = await aws('GetProducts', () => client.send(command));
    for (const item of page.PriceList ?? []) {
      const product = readProduct(String(item));
      if (product !== null) yield product;
    }
    ({ NextToken } = page);
  } while (NextToken !== undefined);
}

type PriceListItem = {
  readonly product?: { readonly attributes?: { readonly usagetype?: string } };
  readonly terms?: {
    readonly OnDemand?: Readonly<
      Record<string, { readonly priceDimensions?: Readonly<Record<string, { pricePerUnit?: { USD?: string } }>> }>
    >;
  };
};

/** The price list is outside data: what is not as expected is left out. */
function readProduct(item: string): Product | null {
  const { product, terms } = JSON.parse(item) as PriceListItem;
  const [term] = Object.values(terms?.OnDemand ?? {});
  const [dimension] = Object.values(term?.priceDimensions ?? {});
  const micros = parseUsd(dimension?.pricePerUnit?.USD ?? '');
  const usagetype = product?.attributes?.usagetype;
  return micros === null || micros === 0 || usagetype === undefined ? null : { usagetype, micros };
}
