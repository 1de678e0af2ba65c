// RedrivePolicy as the caller writes it: a text with JSON in it, in which everything may be wrong.

import { z } from 'zod';
import type { JsonContext } from '../json/service.ts';
import { invalidValue } from './errors.ts';
import { nameInArn, queuesOf } from './queues.ts';
import type { RedrivePolicy } from './settings.ts';

const MEMBERS = ['maxReceiveCount', 'deadLetterTargetArn'];
const map = z.record(z.string(), z.unknown());

/** The dead-letter queue must be there, in the same account and region. */
export function parseRedrivePolicy(context: JsonContext, text: string): RedrivePolicy {
  const refuse = (reason: string) => invalidValue('RedrivePolicy', text, reason);
  const policy = map.safeParse(parseJson(text)).data;
  if (policy === undefined) throw refuse('Redrive policy is not a valid JSON map.');
  for (const member of MEMBERS) {
    if (policy[member] === undefined) throw refuse(`Redrive policy does not contain mandatory attribute: ${member}.`);
  }
  if (Object.keys(policy).length > MEMBERS.length) {
    throw refuse(`Only following attributes are supported: [${MEMBERS.toReversed().join(', ')}].`);
  }
  const { deadLetterTargetArn, maxReceiveCount } = policy;
  const count = /^\d+$/.test(String(maxReceiveCount)) ? Number(maxReceiveCount) : 0;
  if (count < 1 || count > 1000) {
    throw refuse(
      `Invalid value for maxReceiveCount: ${JSON.stringify(maxReceiveCount)}, valid values are from 1 to 1000 both inclusive.`,
    );
  }
  const name = nameInArn(context, String(deadLetterTargetArn));
  if (name === undefined) throw refuse('Invalid value for deadLetterTargetArn.');
  if (queuesOf(context).get(name) === undefined) throw refuse('Dead letter target does not exist.');
  return { deadLetterTargetArn: String(deadLetterTargetArn), maxReceiveCount: count };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
