// ModifyInstanceMetadataOptions: what is not said stays as it is (facts/ec2.md 1.9).

import { boolean, integer, string } from '../../protocols/parameters.ts';
import { Ec2Error } from '../errors.ts';
import { one } from '../ids.ts';
import { type Instance, instanceXml, isOver, type MetadataOptions } from '../instances.ts';
import { action, required, stopDryRun } from './action.ts';

const MAX_HOPS = 64;

export const modifyInstanceMetadataOptions = action(
  'ModifyInstanceMetadataOptions',
  {
    InstanceId: string,
    HttpTokens: string,
    HttpPutResponseHopLimit: integer,
    HttpEndpoint: string,
    InstanceMetadataTags: string,
    DryRun: boolean,
  },
  (region, input) => {
    const instance = one('instance', required(input.InstanceId, 'InstanceId'), (id) => region.instances.get(id));
    if (isOver(instance)) {
      throw new Ec2Error('IncorrectInstanceState', `The instance '${instance.id}' is '${instance.state}'.`);
    }
    const { metadata: before } = instance;
    const hopLimit = input.HttpPutResponseHopLimit ?? before.hopLimit;
    if (hopLimit < 1 || hopLimit > MAX_HOPS) throw invalid(String(hopLimit), 'HttpPutResponseHopLimit');
    const metadata: MetadataOptions = {
      httpTokens: oneOf(['optional', 'required'], input.HttpTokens, before.httpTokens, 'HttpTokens'),
      httpEndpoint: oneOf(['enabled', 'disabled'], input.HttpEndpoint, before.httpEndpoint, 'HttpEndpoint'),
      instanceTags: oneOf(
        ['enabled', 'disabled'],
        input.InstanceMetadataTags,
        before.instanceTags,
        'InstanceMetadataTags',
      ),
      hopLimit,
    };
    stopDryRun(input.DryRun);
    const changed: Instance = region.putInstance({ ...instance, metadata });
    return {
      instanceId: changed.id,
      // The answer is never 'applied': whoever has to know it asks DescribeInstances.
      instanceMetadataOptions: { ...instanceXml(changed, region).metadataOptions, state: 'pending' },
    };
  },
);

function oneOf<Option extends string>(
  options: readonly Option[],
  value: string | undefined,
  before: Option,
  name: string,
): Option {
  if (value === undefined) return before;
  const found = options.find((option) => option === value);
  if (found === undefined) throw invalid(value, name);
  return found;
}

const invalid = (value: string, name: string): Ec2Error =>
  new Ec2Error('InvalidParameterValue', `Value (${value}) for parameter ${name} is invalid.`);
