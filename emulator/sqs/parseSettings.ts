// What a caller wants a queue's attributes to be: read from the texts that they are on the wire.

import type { JsonContext } from '../json/service.ts';
import { sqsError } from './errors.ts';
import { parseRedrivePolicy } from './redrivePolicy.ts';
import { type NumberName, NUMBERS, type Settings } from './settings.ts';

/** What the caller sets; an empty policy is there as undefined, which takes it away. */
export function parseSettings(context: JsonContext, attributes: Readonly<Record<string, string>>): Partial<Settings> {
  return Object.fromEntries(Object.entries(attributes).map(([name, text]) => [name, parse(context, name, text)]));
}

function parse(context: JsonContext, name: string, text: string): unknown {
  if (Object.hasOwn(NUMBERS, name)) return parseNumber(name as NumberName, text);
  if (name === 'RedrivePolicy') return text === '' ? undefined : parseRedrivePolicy(context, text);
  if (name === 'Policy') return text === '' ? undefined : parsePolicy(text);
  throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
}

function parseNumber(name: NumberName, text: string): number {
  const { min, max } = NUMBERS[name];
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw sqsError('InvalidAttributeValue', `Invalid value for the parameter ${name}.`);
}

function parsePolicy(text: string): string {
  try {
    const policy: unknown = JSON.parse(text);
    if (typeof policy === 'object' && policy !== null && !Array.isArray(policy)) return text;
  } catch {
    // Not JSON, which is the same to the caller as JSON that is no policy.
  }
  throw sqsError('InvalidAttributeValue', 'Invalid value for the parameter Policy.');
}
