// Where a workspace would go if its machine were taken away now, and for how much: decided as a launch is, and nothing reserved.

import { launchFacts } from '../../config/launchFacts.ts';
import type { PricedTarget } from '../../domain/target.ts';
import { candidatesOf, type Priced, zoneFirst } from '../../domain/compute/candidates.ts';
import { type Asked, decide } from '../../domain/compute/gates.ts';
import { inMarket, isForWantOfRoom, recoverMarkets } from '../../domain/compute/recoverMarkets.ts';
import { type ErrorCode, type ErrorContext, errorMessage } from '../../domain/errors.ts';
import type { OperationRef } from '../../domain/ids.ts';
import type { Home, Machine, Market, Owner } from '../../domain/machine.ts';
import { formatUsd } from '../../domain/money.ts';
import { decisionFacts } from '../../store/decisionFacts.ts';
import type { Dependencies } from '../dependencies.ts';
import { recordStep } from '../records/steps.ts';
import { startOf } from './startOf.ts';

export type TargetInput = {
  readonly operation: OperationRef;
  readonly owner: Owner;
  readonly asked: Asked;
  readonly machine: Machine;
  readonly home: Home;
  /** Of the last day, the one that may come included. */
  readonly interruptions: number;
};

type Refused = { readonly code: ErrorCode; readonly context: ErrorContext };

/** The pool that the machine is in does not count: it is the one that AWS advises to leave. */
export const priceTarget =
  (deps: Pick<Dependencies, 'db' | 'catalogue' | 'settings'>) =>
  async (input: TargetInput): Promise<PricedTarget> => {
    const { operation, asked, machine, home, interruptions } = input;
    const at = new Date().toISOString();
    let refused: Refused = { code: 'SPOT_INTERRUPTED', context: { instance_id: machine.instanceId } };
    for (const market of recoverMarkets(asked.compute, interruptions >= deps.settings.SPOT_DEMOTE_AFTER)) {
      const found = await firstIn(deps, input, market);
      if ('instanceType' in found) {
        const { instanceType, zone, offer, expected } = found;
        const target = {
          instanceType,
          zone,
          market,
          hourlyUsd: offer.price === null ? null : formatUsd(offer.price.hourly),
          expectedHourlyUsd: expected === null ? null : formatUsd(expected.hourly),
          home: zone === home.zone ? ('moves' as const) : ('copied' as const),
        };
        const { instanceType: instance_type, hourlyUsd: hourly_usd } = target;
        await recordStep(deps.db, operation, 'target_priced', '', { instance_type, zone, market, hourly_usd });
        return { at, target };
      }
      refused = found;
      if (!isForWantOfRoom(refused.code)) break;
    }
    return { at, refused: { ...refused, message: errorMessage(refused.code, refused.context) } };
  };

async function firstIn(
  { db, catalogue, settings }: Pick<Dependencies, 'db' | 'catalogue' | 'settings'>,
  { owner, asked, machine, home }: TargetInput,
  market: Market,
): Promise<Priced | Refused> {
  const region = settings.AWS_REGION;
  // The machine that goes counts no more then.
  const self = { workspaceId: owner.workspaceId, generation: machine.generation };
  const known = await decisionFacts(db, owner.tenantId, region, self, market === 'spot');
  // An old figure is no reason to say no: the launch measures it anew.
  const quotas = new Map([...known.quotas].filter(([, { ageSeconds }]) => ageSeconds < settings.QUOTA_MAX_AGE_SECONDS));
  const facts = launchFacts(settings, catalogue, { ...known, quotas });
  const { refusal, offers } = decide({ ...asked, compute: inMarket(asked.compute, market) }, facts);
  if (refusal !== null) return refusal;
  const zonesOf = (type: string): readonly string[] => catalogue.find(type, region)?.zones ?? [];
  const candidates = candidatesOf(offers, facts, { zonesOf, start: startOf(owner.workspaceId) });
  const isOwn = (each: Priced): boolean =>
    each.instanceType === machine.instanceType && each.zone === machine.zone && each.market === 'spot';
  const first = zoneFirst(candidates, home.zone).find((each) => !isOwn(each));
  const tried = offers.map(({ shape }) => `${shape.instanceType} in ${region}`);
  return first ?? { code: 'CAPACITY_EXHAUSTED', context: { tried } };
}
