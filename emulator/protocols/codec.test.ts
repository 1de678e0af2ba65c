// What the real SDK writes is what the emulator reads: random input of every action through the client's own serializer.

import * as sdk from '@aws-sdk/client-ec2';
import fc from 'fast-check';
import { ACTIONS } from '../ec2/actions/index.ts';
import { type Fields, readParameters, type Schema } from './parameters.ts';

/** How the client calls what the protocol calls so; where nothing is said, the lists of the protocol get an `s`. */
const NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  CreateTags: { ResourceId: 'Resources' },
  DeleteTags: { ResourceId: 'Resources' },
  DescribeImages: { ExecutableBy: 'ExecutableUsers' },
  DescribeSnapshots: { Owner: 'OwnerIds', RestorableBy: 'RestorableByUserIds' },
};
/** Bytes: base64 in the protocol. */
const BYTES = new Set(['ImportKeyPair/PublicKeyMaterial', 'ModifyInstanceAttribute/UserData.Value']);
const TIMES = /(^|\.)(StartTime|EndTime|ValidUntil)$/;
const text = fc.string({ minLength: 1, maxLength: 12, unit: 'grapheme' });

function valueOf(schema: Schema, action: string, path = ''): fc.Arbitrary<unknown> {
  switch (schema.kind) {
    case 'string':
      if (isBytes(schema, action, path)) return text.map((value) => Buffer.from(value).toString('base64'));
      if (!TIMES.test(path)) return text;
      return fc
        .integer({ min: 0, max: 4_000_000_000 })
        .map((s) => new Date(s * 1000).toISOString().replace('.000', ''));
    case 'integer':
      return fc.integer({ min: -2_147_483_648, max: 2_147_483_647 });
    case 'boolean':
      return fc.boolean();
    case 'list':
      return fc.array(valueOf(schema.of, action, path), { minLength: 1, maxLength: 3 });
    case 'structure':
      return fieldsOf(schema.fields, action, `${path}.`);
  }
}

/** At least one member: a structure without any is not sent at all. */
const fieldsOf = (fields: Fields, action: string, prefix = ''): fc.Arbitrary<Record<string, unknown>> =>
  fc
    .record(
      Object.fromEntries(
        Object.entries(fields).map(([name, schema]) => [name, valueOf(schema, action, `${prefix}${name}`)]),
      ),
      {
        requiredKeys: [],
        noNullPrototype: true,
      },
    )
    .filter((value) => Object.keys(value).length > 0);

/** The same in the client's words. */
function inWordsOfClient(value: unknown, schema: Schema, action: string, path = ''): unknown {
  if (schema.kind === 'list') {
    return (value as unknown[]).map((item) => inWordsOfClient(item, schema.of, action, path));
  }
  if (isBytes(schema, action, path)) return Buffer.from(value as string, 'base64');
  if (schema.kind !== 'structure') return TIMES.test(path) ? new Date(value as string) : value;
  return Object.fromEntries(
    Object.entries(value as Record<string, unknown>).map(([member, content]) => {
      const of = schema.fields[member]!;
      const known = NAMES[action]?.[member];
      return [
        known ?? (of.kind === 'list' ? `${member}s` : member),
        inWordsOfClient(content, of, action, `${path === '' ? '' : `${path}.`}${member}`),
      ];
    }),
  );
}

const isBytes = (schema: Schema, action: string, path: string): boolean =>
  schema.kind === 'string' && BYTES.has(`${action}/${path}`);

async function sent(action: string, input: unknown): Promise<URLSearchParams> {
  let body = '';
  const client = new sdk.EC2Client({
    region: 'us-east-1',
    credentials: { accessKeyId: 'one', secretAccessKey: 'any' },
    endpoint: 'http://localhost:1',
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: { body: string }) => {
        ({ body } = request);
        throw new Error('seen enough');
      },
    },
  });
  const Command = Reflect.get(sdk, `${action}Command`) as new (input: unknown) => sdk.DescribeInstancesCommand;
  await expect(client.send(new Command(input))).rejects.toThrow('seen enough');
  return new URLSearchParams(body);
}

/** The client makes one up where it isn't given, and so is always read back. */
const withoutOwnToken = (input: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(input).filter(([name]) => name !== 'ClientToken'));

it.each([...ACTIONS.values()].map((action) => [action.name, action] as const))(
  '%s: reads what the client writes',
  async (name, { parameters }) => {
    await fc.assert(
      fc.asyncProperty(fieldsOf(parameters, name), async (wanted) => {
        const schema = { kind: 'structure', fields: parameters } as const;
        const form = await sent(name, inWordsOfClient(wanted, schema, name));
        const read = readParameters(form, parameters) as Record<string, unknown>;
        expect(form.get('Action')).toBe(name);
        const isMadeUp = wanted['ClientToken'] === undefined;
        expect(isMadeUp ? withoutOwnToken(read) : read).toEqual(wanted);
      }),
      { numRuns: 15 },
    );
  },
);
