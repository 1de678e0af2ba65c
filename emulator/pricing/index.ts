// The AWS Price List Query API, as far as EC2 machines and their volumes need it (facts/ec2.md 1.8 and 5).

import type { JsonService } from '../json/service.ts';
import { actions } from './actions.ts';

export const pricing: JsonService = { name: 'pricing', version: '1.1', target: 'AWSPriceListService', actions };
