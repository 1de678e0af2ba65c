// A product as it stands in the price list: what it is, and its one on-demand price.

import { PUBLISHED } from './list.ts';
import type { Product } from './products.ts';
import { formatUsd } from './usd.ts';

/** AWS's codes for 'on demand' and for 'per unit', the same for every product. */
const OFFER_TERM = 'JRTCKXETXF';
const RATE = '6YS6EN2CT7';

export function priceListItem(product: Product, usd: bigint) {
  const offer = `${product.sku}.${OFFER_TERM}`;
  const rateCode = `${offer}.${RATE}`;
  return {
    product: {
      ...(product.family === undefined ? {} : { productFamily: product.family }),
      attributes: product.attributes,
      sku: product.sku,
    },
    serviceCode: product.service,
    terms: {
      OnDemand: {
        [offer]: {
          priceDimensions: {
            [rateCode]: {
              unit: product.unit,
              beginRange: '0',
              endRange: 'Inf',
              description: product.describe(usd),
              appliesTo: [],
              rateCode,
              // Ten decimals, the last four of which are never used.
              pricePerUnit: { USD: `${formatUsd(usd)}0000` },
            },
          },
          sku: product.sku,
          effectiveDate: PUBLISHED,
          offerTermCode: OFFER_TERM,
          termAttributes: {},
        },
      },
    },
    version: PUBLISHED.replace(/\D/g, ''),
    publicationDate: PUBLISHED,
  };
}
