// EC2's query protocol: a form in, XML out, with throttling and faults around the action.

import { randomUUID } from 'node:crypto';
import type { Faults } from '../control/faults.ts';
import { ACTIONS } from '../ec2/actions/index.ts';
import { Ec2Error } from '../ec2/errors.ts';
import type { Call, Throttle } from '../ec2/limits/throttle.ts';
import type { Region } from '../ec2/region.ts';
import type { Tags } from '../ec2/tags.ts';
import { underFault } from './underFault.ts';
import { readParameters } from './parameters.ts';
import { errorXml, responseXml } from './xml.ts';

/** `null` = the connection is to be dropped. */
export type QueryAnswer = { readonly status: number; readonly body: string; readonly requestId: string } | null;

export type Around = { readonly faults: Faults; readonly throttle: Throttle | null };

export async function answerQuery(region: Region, form: URLSearchParams, around: Around): Promise<QueryAnswer> {
  const requestId = randomUUID();
  const name = form.get('Action') ?? '';
  try {
    const action = ACTIONS.get(name);
    if (action === undefined)
      throw new Ec2Error('InvalidAction', `The action ${name} is not valid for this web service.`);
    const input = readParameters(form, action.parameters);
    around.throttle?.take(region.key, callOf(name, input));
    const fault = around.faults.next(name, () => tagsOf(region, input));
    const perform = (): string => responseXml(name, requestId, action.run(region, input as never));
    if (fault === null) return { status: 200, body: perform(), requestId };
    const body = await underFault(fault, perform, (code, message, status) => new Ec2Error(code, message, status));
    return body === null ? null : { status: 200, body, requestId };
  } catch (error) {
    if (!(error instanceof Ec2Error)) throw error;
    return { status: error.status, body: errorXml(error.code, error.message, requestId), requestId };
  } finally {
    // Whatever became of the answer, what was done is kept.
    region.world.store.commit();
  }
}

type Input = Readonly<Record<string, unknown>>;

function callOf(action: string, input: Input): Call {
  const ids = input['InstanceId'];
  return {
    action,
    isUnbounded: input['Filter'] === undefined && input['MaxResults'] === undefined,
    instances: Array.isArray(ids) ? ids.length : typeof input['MaxCount'] === 'number' ? input['MaxCount'] : 1,
  };
}

/** The tags of what the call names, and those that it gives to what it makes. */
function tagsOf(region: Region, input: Input): Tags[] {
  const given = (input['TagSpecification'] as readonly { Tag?: readonly { Key?: string; Value?: string }[] }[]) ?? [];
  const made = given.flatMap(({ Tag = [] }) => Tag.map(({ Key = '', Value = '' }) => ({ [Key]: Value })));
  const ids = Object.values(input).flatMap((value): unknown[] => (Array.isArray(value) ? value : [value]));
  const named = ids.flatMap((id): Tags[] => {
    if (typeof id !== 'string') return [];
    const row = region.instances.get(id) ?? region.volumes.get(id) ?? region.snapshots.get(id);
    return row === undefined ? [] : [row.tags];
  });
  return [...made, ...named];
}
