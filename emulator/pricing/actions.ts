// The actions of the Price List Query API: what can be asked, by what, and the products with their prices.

import { z } from 'zod';
import { type JsonAction, jsonAction, JsonError } from '../json/service.ts';
import { PAGE_MAX, page } from '../json/paging.ts';
import { priceListItem } from './item.ts';
import { fieldsOf, PRODUCTS, type Product, SERVICE_CODES, valueOf } from './products.ts';

const FORMAT = 'aws_v1';
const INVALID_TOKEN = 'InvalidNextTokenException';

const Paged = z.strictObject({ MaxResults: z.number().optional(), NextToken: z.string().optional() });
const Formatted = Paged.extend({ FormatVersion: z.string().optional() });
const Filter = z.strictObject({ Type: z.string(), Field: z.string(), Value: z.string() });

const getProducts = jsonAction(
  Formatted.extend({ ServiceCode: z.string(), Filters: z.array(Filter).max(50).optional() }),
  (context, { ServiceCode, Filters = [], FormatVersion, ...paging }) => {
    checkFormat(FormatVersion);
    checkPaging(paging);
    const fields = new Set(fieldsOf(known(ServiceCode)));
    for (const filter of Filters) checkFilter(filter, fields);
    const { items, NextToken } = page(
      {
        items: PRODUCTS.filter(
          (product) => product.service === ServiceCode && Filters.every((filter) => matches(product, filter)),
        ),
        keyOf: (product) => product.sku,
        question: ['GetProducts', ServiceCode, Filters],
        invalidToken: INVALID_TOKEN,
      },
      paging,
    );
    return {
      FormatVersion: FORMAT,
      PriceList: items.map((product) => JSON.stringify(priceListItem(product, product.usd(context)))),
      NextToken,
    };
  },
);

const describeServices = jsonAction(
  Formatted.extend({ ServiceCode: z.string().optional() }),
  (_context, { ServiceCode, FormatVersion, ...paging }) => {
    checkFormat(FormatVersion);
    checkPaging(paging);
    const { items, NextToken } = page(
      {
        items: ServiceCode === undefined ? SERVICE_CODES : [known(ServiceCode)],
        keyOf: (code) => code,
        question: ['DescribeServices', ServiceCode],
        invalidToken: INVALID_TOKEN,
      },
      paging,
    );
    const Services = items.map((code) => ({ ServiceCode: code, AttributeNames: fieldsOf(code) }));
    return { FormatVersion: FORMAT, Services, NextToken };
  },
);

const getAttributeValues = jsonAction(
  Paged.extend({ ServiceCode: z.string(), AttributeName: z.string() }),
  (_context, { ServiceCode, AttributeName, ...paging }) => {
    checkPaging(paging);
    if (!fieldsOf(known(ServiceCode)).includes(AttributeName)) {
      throw invalid(`${ServiceCode} has no attribute ${AttributeName}`);
    }
    const values = PRODUCTS.flatMap((product) =>
      product.service === ServiceCode ? (valueOf(product, AttributeName) ?? []) : [],
    );
    const { items, NextToken } = page(
      {
        items: [...new Set(values)],
        keyOf: (value) => value,
        question: ['GetAttributeValues', ServiceCode, AttributeName],
        invalidToken: INVALID_TOKEN,
      },
      paging,
    );
    return { AttributeValues: items.map((Value) => ({ Value })), NextToken };
  },
);

export const actions: Readonly<Record<string, JsonAction>> = {
  GetProducts: getProducts,
  DescribeServices: describeServices,
  GetAttributeValues: getAttributeValues,
};

const invalid = (message: string) => new JsonError('InvalidParameterException', message);

function known(serviceCode: string): string {
  if (!SERVICE_CODES.includes(serviceCode)) {
    throw new JsonError('NotFoundException', `There is no price list of ${serviceCode} here`);
  }
  return serviceCode;
}

function checkFormat(version: string | undefined): void {
  if (version !== undefined && version !== FORMAT) throw invalid(`FormatVersion must be ${FORMAT}`);
}

/** Not by the schema: what it refuses is a ValidationException, which this API doesn't have. */
function checkPaging({ MaxResults: max = PAGE_MAX }: z.output<typeof Paged>): void {
  if (!Number.isInteger(max) || max < 1 || max > PAGE_MAX) throw invalid(`MaxResults must be from 1 to ${PAGE_MAX}`);
}

/** EQUALS, CONTAINS, ANY_OF and NONE_OF are refused as well. */
function checkFilter({ Type, Field }: z.output<typeof Filter>, fields: ReadonlySet<string>): void {
  if (Type !== 'TERM_MATCH') throw invalid(`Filters of type ${Type} are not known here`);
  if (!fields.has(fieldNamed(Field))) throw invalid(`Products have no field ${Field}`);
}

const matches = (product: Product, { Field, Value }: z.output<typeof Filter>): boolean =>
  valueOf(product, fieldNamed(Field)) === Value;

/** AWS writes the one field that is no attribute with a capital letter. */
const fieldNamed = (field: string): string => (field === 'ServiceCode' ? 'servicecode' : field);
