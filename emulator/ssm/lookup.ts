// A parameter by what a caller names it with: its name or ARN, and perhaps a version.

import { type JsonContext, JsonError } from '../json/service.ts';
import { PUBLIC, type Version } from './parameters.ts';

/** As it goes over the wire. */
export type Parameter = {
  readonly Name: string;
  readonly Type: 'String';
  readonly Value: string;
  readonly Version: number;
  readonly Selector?: string;
  /** Seconds since the epoch. */
  readonly LastModifiedDate: number;
  readonly ARN: string;
  readonly DataType: 'aws:ec2:image';
};

/** Throws ParameterNotFound or ParameterVersionNotFound. */
export function findParameter(context: JsonContext, named: string): Parameter {
  const name = named.trim();
  if (/\s/.test(name)) throw new JsonError('ValidationException', `The parameter name ${name} has spaces inside.`);
  const [path, selector] = split(name.replace(arnPrefix(context), ''));
  const versions = PUBLIC.get(path);
  if (versions === undefined) throw new JsonError('ParameterNotFound', `Parameter ${name} not found.`);
  if (selector === undefined) return parameterOf(context, path, versions.at(-1)!);
  // Public parameters carry no labels, so a selector is a version or nothing.
  const chosen = versions.find(({ version }) => String(version) === selector);
  if (chosen === undefined) {
    throw new JsonError(
      'ParameterVersionNotFound',
      `Systems Manager could not find version ${selector} of ${path}. Verify the version and try again.`,
    );
  }
  return { ...parameterOf(context, path, chosen), Selector: `:${selector}` };
}

export const parameterOf = (
  context: JsonContext,
  name: string,
  { value, version, modifiedMs }: Version,
): Parameter => ({
  Name: name,
  Type: 'String',
  Value: value,
  Version: version,
  LastModifiedDate: modifiedMs / 1000,
  ARN: `${arnPrefix(context)}${name}`,
  DataType: 'aws:ec2:image',
});

/** A public parameter belongs to no account (facts/ec2.md 7, Params). */
const arnPrefix = ({ region }: JsonContext): string => `arn:aws:ssm:${region}::parameter`;

function split(name: string): [path: string, selector: string | undefined] {
  const at = name.lastIndexOf(':');
  return at < 0 ? [name, undefined] : [name.slice(0, at), name.slice(at + 1)];
}
