// EC2's query protocol: a form in, XML out, with faults applied around the action.

import { randomUUID } from 'node:crypto';
import type { Faults } from '../control/faults.ts';
import { ACTIONS } from '../ec2/actions/index.ts';
import { Ec2Error } from '../ec2/errors.ts';
import type { Region } from '../ec2/region.ts';
import { readParameters } from './parameters.ts';
import { errorXml, responseXml } from './xml.ts';

/** `null` = the connection is to be dropped. */
export type QueryAnswer = { readonly status: number; readonly body: string } | null;

export async function answerQuery(region: Region, form: URLSearchParams, faults: Faults): Promise<QueryAnswer> {
  const requestId = randomUUID();
  const name = form.get('Action') ?? '';
  try {
    const action = ACTIONS.get(name);
    if (action === undefined)
      throw new Ec2Error('InvalidAction', `The action ${name} is not valid for this web service.`);
    const fault = faults.next(name);
    const perform = (): string =>
      responseXml(name, requestId, action.run(region, readParameters(form, action.parameters) as never));
    if (fault === null) return { status: 200, body: perform() };
    const done = fault.effect === 'after' ? perform() : null;
    if (fault.delayMs) await new Promise((resolve) => setTimeout(resolve, fault.delayMs).unref());
    if (fault.dropConnection) return null;
    if (fault.code === undefined) return { status: 200, body: done ?? perform() };
    throw new Ec2Error(fault.code, fault.message ?? `An injected ${fault.code}`, fault.httpStatus);
  } catch (error) {
    if (!(error instanceof Ec2Error)) throw error;
    return { status: error.status, body: errorXml(error.code, error.message, requestId) };
  }
}
