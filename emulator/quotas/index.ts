// AWS Service Quotas, as far as EC2 and EBS machines need it (facts/ec2.md 2).

import type { JsonService } from '../json/service.ts';
import { raisingActions } from './raising.ts';
import { readingActions } from './reading.ts';

export const serviceQuotas: JsonService = {
  name: 'servicequotas',
  version: '1.1',
  target: 'ServiceQuotasV20190624',
  actions: { ...readingActions, ...raisingActions },
};
