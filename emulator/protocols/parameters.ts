// Reads the flat names of the EC2 query protocol (`Filter.1.Value.2`) by an action's schema; what the schema lacks is refused.

import { Ec2Error } from '../ec2/errors.ts';

export type Schema =
  | { readonly kind: 'string' | 'integer' | 'boolean' }
  | { readonly kind: 'list'; readonly of: Schema }
  | { readonly kind: 'structure'; readonly fields: Fields };
export type Fields = { readonly [name: string]: Schema };

export const string = { kind: 'string' } as const;
export const integer = { kind: 'integer' } as const;
export const boolean = { kind: 'boolean' } as const;
export const list = <Of extends Schema>(of: Of) => ({ kind: 'list', of }) as const;
export const structure = <F extends Fields>(fields: F) => ({ kind: 'structure', fields }) as const;

export type Value<S extends Schema> = S extends { kind: 'string' }
  ? string
  : S extends { kind: 'integer' }
    ? number
    : S extends { kind: 'boolean' }
      ? boolean
      : S extends { kind: 'list'; of: infer Of extends Schema }
        ? Value<Of>[]
        : S extends { kind: 'structure'; fields: infer F extends Fields }
          ? Values<F>
          : never;
export type Values<F extends Fields> = { readonly [Name in keyof F]?: Value<F[Name]> };

type Node = { value?: string; readonly parts: Map<string, Node> };

/** Throws UnknownParameter, InvalidParameterValue. An absent parameter is left out; an absent list is left out too. */
export function readParameters<F extends Fields>(form: URLSearchParams, fields: F): Values<F> {
  const root: Node = { parts: new Map() };
  for (const [name, value] of form) {
    if (name === 'Action' || name === 'Version') continue;
    let node = root;
    for (const part of name.split('.')) {
      const child = node.parts.get(part) ?? { parts: new Map() };
      node.parts.set(part, child);
      node = child;
    }
    node.value = value;
  }
  return readStructure(root, fields, '') as Values<F>;
}

function readStructure(node: Node, fields: Fields, path: string): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, child] of node.parts) {
    const schema = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (schema === undefined) throw unknown(`${path}${name}`);
    values[name] = read(child, schema, `${path}${name}`);
  }
  return values;
}

function read(node: Node, schema: Schema, path: string): unknown {
  const isScalar = schema.kind !== 'structure' && schema.kind !== 'list';
  if (node.value !== undefined && !isScalar) throw unknown(path);
  switch (schema.kind) {
    case 'structure':
      return readStructure(node, schema.fields, `${path}.`);
    case 'list':
      return readList(node, schema.of, path);
    case 'string':
      return scalar(node, path);
    case 'integer': {
      const value = scalar(node, path);
      if (!/^-?\d{1,15}$/.test(value)) throw invalid(value, path, 'an integer');
      return Number(value);
    }
    case 'boolean': {
      const value = scalar(node, path);
      if (value !== 'true' && value !== 'false') throw invalid(value, path, 'true or false');
      return value === 'true';
    }
  }
}

const readList = (node: Node, of: Schema, path: string): unknown[] =>
  [...node.parts]
    .map(([index, child]) => {
      if (!/^[1-9]\d{0,5}$/.test(index)) throw unknown(`${path}.${index}`);
      return [Number(index), read(child, of, `${path}.${index}`)] as const;
    })
    .sort(([a], [b]) => a - b)
    .map(([, value]) => value);

function scalar(node: Node, path: string): string {
  if (node.value === undefined || node.parts.size > 0) throw unknown(`${path}.${[...node.parts.keys()][0]}`);
  return node.value;
}

const unknown = (name: string) => new Ec2Error('UnknownParameter', `The parameter ${name} is not recognized`);

const invalid = (value: string, path: string, wanted: string) =>
  new Ec2Error('InvalidParameterValue', `Value (${value}) for parameter ${path} is invalid. It must be ${wanted}.`);
