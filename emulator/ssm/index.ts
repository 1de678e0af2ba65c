// Systems Manager, as far as it says which image is the newest: its public parameters (facts/ec2.md 1.8, 6).

import type { JsonService } from '../json/service.ts';
import { getParameter } from './actions/getParameter.ts';
import { getParameters } from './actions/getParameters.ts';
import { getParametersByPath } from './actions/getParametersByPath.ts';

export const ssm: JsonService = {
  name: 'ssm',
  version: '1.1',
  target: 'AmazonSSM',
  actions: {
    GetParameter: getParameter,
    GetParameters: getParameters,
    GetParametersByPath: getParametersByPath,
  },
};
