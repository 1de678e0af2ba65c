// The quotas that Service Quotas knows here and what AWS says of them (facts/ec2.md 2).

import { readFileSync } from 'node:fs';

export type Market = 'on-demand' | 'spot';

export type Quota = {
  readonly code: string;
  readonly service: string;
  readonly name: string;
  /** Only of those that count vCPUs. */
  readonly family?: string;
  readonly market?: Market;
  readonly default: number;
  /** Null where AWS has no applied value before somebody sets one. */
  readonly applied: number | null;
  /** The Class dimension of the CloudWatch metric that shows the use. */
  readonly usageClass?: string;
};

export type QuotaService = { readonly code: string; readonly name: string };

type Catalogue = { readonly services: readonly QuotaService[]; readonly quotas: readonly Quota[] };

const file = new URL('../data/quotas.json', import.meta.url);
export const { services: SERVICES, quotas: QUOTAS } = JSON.parse(readFileSync(file, 'utf8')) as Catalogue;

const byCode = new Map(QUOTAS.map((quota) => [quota.code, quota]));

export const findQuota = (code: string): Quota | undefined => byCode.get(code);

export const findService = (code: string): QuotaService | undefined =>
  SERVICES.find((service) => service.code === code);
