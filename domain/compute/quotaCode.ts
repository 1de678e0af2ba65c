// Which AWS quota a machine counts in: by the letters that its type begins with, and by its market (facts/ec2.md 2).

import type { Compute } from './block.ts';

type Market = NonNullable<Compute['market']>;
type Family = {
  readonly name: string;
  readonly letters: readonly string[];
  readonly onDemand: string;
  readonly spot: string | null;
};

const FAMILIES: readonly Family[] = [
  {
    name: 'Standard',
    letters: ['a', 'c', 'd', 'h', 'i', 'im', 'is', 'm', 'r', 't', 'z'],
    onDemand: 'L-1216C47A',
    spot: 'L-34B43A08',
  },
  { name: 'G and VT', letters: ['g', 'gr', 'vt'], onDemand: 'L-DB2E81BA', spot: 'L-3819A6DF' },
  { name: 'P', letters: ['p'], onDemand: 'L-417A185B', spot: 'L-7212CCBC' },
  { name: 'Inf', letters: ['inf'], onDemand: 'L-1945791B', spot: 'L-B5D1601B' },
  { name: 'DL', letters: ['dl'], onDemand: 'L-6E869C2A', spot: 'L-85EED4F7' },
  { name: 'F', letters: ['f'], onDemand: 'L-74FC7D96', spot: 'L-88CF9481' },
  { name: 'Trn', letters: ['trn'], onDemand: 'L-2C3B7624', spot: 'L-6B0D517C' },
  { name: 'X', letters: ['x'], onDemand: 'L-7295265B', spot: 'L-E3A00192' },
  { name: 'High Memory', letters: ['u'], onDemand: 'L-43DA4232', spot: null },
  { name: 'HPC', letters: ['hpc'], onDemand: 'L-F7808C92', spot: null },
];

/** Null where no quota that is counted in vCPUs has the type: dedicated hosts and the like. */
export function quotaCode(instanceType: string, market: Market): string | null {
  const letters = /^([a-z]+)-?\d/.exec(instanceType)?.[1] ?? '';
  const family = FAMILIES.find((each) => each.letters.includes(letters));
  return (market === 'spot' ? family?.spot : family?.onDemand) ?? null;
}

export type Quota = { readonly code: string; readonly family: string; readonly market: Market };

/** Every quota that is counted in vCPUs. */
export const QUOTAS: readonly Quota[] = FAMILIES.flatMap(({ name: family, onDemand, spot }): Quota[] => [
  { code: onDemand, family, market: 'on-demand' },
  ...(spot === null ? [] : [{ code: spot, family, market: 'spot' } as const]),
]);
