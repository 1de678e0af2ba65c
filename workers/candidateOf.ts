// Which candidate a launch was, from what was asked for.

import type { Candidate } from '../domain/machine.ts';
import type { LaunchRow } from '../store/launches.ts';

export const candidateOf = ({ request }: Pick<LaunchRow, 'request'>): Candidate => ({
  instanceType: request.InstanceType ?? '',
  zone: request.Placement?.AvailabilityZone ?? '',
  market: request.InstanceMarketOptions?.MarketType === 'spot' ? 'spot' : 'on-demand',
});
