// What an action is: its name, the parameters it understands, and what it does to a region.

import type { Fields, Values } from '../../protocols/parameters.ts';
import type { XmlElement } from '../../protocols/xml.ts';
import { Ec2Error } from '../errors.ts';
import type { Region } from '../region.ts';

export type Action = {
  readonly name: string;
  readonly parameters: Fields;
  run(region: Region, input: never): XmlElement;
};

export const action = <F extends Fields>(
  name: string,
  parameters: F,
  run: (region: Region, input: Values<F>) => XmlElement,
): Action => ({ name, parameters, run: run as Action['run'] });

export function required<Value>(value: Value | undefined, name: string): Value {
  if (value === undefined || (Array.isArray(value) && value.length === 0)) {
    throw new Ec2Error('MissingParameter', `The request must contain the parameter ${name}`);
  }
  return value;
}

/** A dry run that got as far as here would have been allowed: it checks permission only (facts/ec2.md 1.2). */
export function stopDryRun(dryRun: boolean | undefined): void {
  if (dryRun) throw new Ec2Error('DryRunOperation', 'Request would have succeeded, but DryRun flag is set.');
}
