// The products of the price list with the attributes by which they are found (facts/ec2.md 1.8).

import { createHash } from 'node:crypto';
import { INSTANCES, listedInstanceUsd, listedRateUsd, RATES, type Rate, REGIONS, soldRegion } from './list.ts';
import { overriddenUsd, type PriceContext } from './overrides.ts';
import { instanceUsd } from './prices.ts';
import { shortUsd } from './usd.ts';

export type Product = {
  readonly service: string;
  readonly sku: string;
  /** Absent of addresses. */
  readonly family?: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly unit: string;
  /** Micro-dollars per unit. */
  readonly usd: (context: PriceContext) => bigint;
  readonly describe: (usd: bigint) => string;
};

const SERVICE_NAMES: Readonly<Record<string, string>> = {
  AmazonEC2: 'Amazon Elastic Compute Cloud',
  AmazonVPC: 'Amazon Virtual Private Cloud',
};

/** By the first letter of a type. */
const INSTANCE_FAMILIES: Readonly<Record<string, string>> = {
  c: 'Compute optimized',
  g: 'GPU instance',
  m: 'General purpose',
  p: 'GPU instance',
  r: 'Memory optimized',
  t: 'General purpose',
};

export const SERVICE_CODES: readonly string[] = Object.keys(SERVICE_NAMES);

export const PRODUCTS: readonly Product[] = Object.keys(REGIONS).flatMap((region) => [
  ...Object.keys(INSTANCES)
    .filter((type) => listedInstanceUsd(type, region) !== null)
    .map((type) => instanceProduct(type, region)),
  ...RATES.map((rate) => rateProduct(rate, region)),
]);

const FIELDS = new Map(
  SERVICE_CODES.map((service) => {
    const products = PRODUCTS.filter((product) => product.service === service);
    const attributes = products.flatMap((product) => Object.keys(product.attributes));
    return [service, [...new Set(['productFamily', ...attributes])].sort()] as const;
  }),
);

/** The fields that products of the service can be asked for by. */
export const fieldsOf = (service: string): readonly string[] => FIELDS.get(service) ?? [];

/** What a product says of a field, undefined where it says nothing. */
export function valueOf(product: Product, field: string): string | undefined {
  if (field === 'productFamily') return product.family;
  return Object.hasOwn(product.attributes, field) ? product.attributes[field] : undefined;
}

/** One of Linux without software, shared, in use: the only kind that is sold here. */
function instanceProduct(type: string, region: string): Product {
  const instance = INSTANCES[type]!;
  const usagetype = prefixed(`BoxUsage:${type}`, region, false);
  return {
    service: 'AmazonEC2',
    sku: skuOf('AmazonEC2', region, usagetype),
    family: 'Compute Instance',
    attributes: {
      ...placed('AmazonEC2', region),
      usagetype,
      operation: 'RunInstances',
      instanceType: type,
      instanceFamily: INSTANCE_FAMILIES[type[0]!]!,
      currentGeneration: instance.current ? 'Yes' : 'No',
      vcpu: String(instance.vcpus),
      memory: `${instance.memory_mib / 1024} GiB`,
      ...(instance.gpu === undefined ? {} : { gpu: String(instance.gpu.count) }),
      operatingSystem: 'Linux',
      licenseModel: 'No License required',
      preInstalledSw: 'NA',
      capacitystatus: 'Used',
      marketoption: 'OnDemand',
      tenancy: 'Shared',
    },
    unit: 'Hrs',
    usd: (context) => instanceUsd(type, region, context)!,
    describe: (usd) => `$${shortUsd(usd)} per On Demand Linux ${type} Instance Hour`,
  };
}

function rateProduct(rate: Rate, region: string): Product {
  const usagetype = prefixed(rate.usagetype, region, rate.everywhere ?? false);
  const overridden = (context: PriceContext) =>
    rate.storage === undefined ? null : overriddenUsd(context, rate.storage, region);
  return {
    service: rate.service,
    sku: skuOf(rate.service, region, usagetype),
    ...(rate.family === undefined ? {} : { family: rate.family }),
    attributes: { ...placed(rate.service, region), usagetype, operation: '', ...rate.attributes },
    unit: rate.unit,
    usd: (context) => overridden(context) ?? listedRateUsd(rate, region),
    describe: (usd) => `$${shortUsd(usd)} per ${rate.per} - ${soldRegion(region)!.location}`,
  };
}

// Declared functions, as the products above are made while this file is being loaded.

function placed(service: string, region: string) {
  return {
    servicecode: service,
    servicename: SERVICE_NAMES[service]!,
    location: soldRegion(region)!.location,
    locationType: 'AWS Region',
    regionCode: region,
  };
}

/** Usage types of us-east-1 have no prefix, but some do. */
function prefixed(usagetype: string, region: string, everywhere: boolean): string {
  return region === 'us-east-1' && !everywhere ? usagetype : `${soldRegion(region)!.usagePrefix}-${usagetype}`;
}

/** Sixteen letters and digits, as AWS's are. */
function skuOf(...parts: readonly string[]): string {
  const digest = createHash('sha256').update(parts.join('/')).digest('hex');
  return BigInt(`0x${digest}`).toString(36).toUpperCase().slice(0, 16);
}
