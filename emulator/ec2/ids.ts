// AWS ids: made from the seed, and told apart when malformed from those that merely don't exist.

import { createHash } from 'node:crypto';
import { Ec2Error } from './errors.ts';

export type Kind =
  | 'instance'
  | 'volume'
  | 'snapshot'
  | 'image'
  | 'reservation'
  | 'spot request'
  | 'security group'
  | 'subnet'
  | 'vpc'
  | 'key pair'
  | 'network interface';

const PREFIX: Readonly<Record<Kind, string>> = {
  instance: 'i',
  volume: 'vol',
  snapshot: 'snap',
  image: 'ami',
  reservation: 'r',
  'spot request': 'sir',
  'security group': 'sg',
  subnet: 'subnet',
  vpc: 'vpc',
  'key pair': 'key',
  'network interface': 'eni',
};

const NAME: Readonly<Record<Kind, string>> = {
  instance: 'InvalidInstanceID',
  volume: 'InvalidVolume',
  snapshot: 'InvalidSnapshot',
  image: 'InvalidAMIID',
  reservation: 'InvalidReservationID',
  'spot request': 'InvalidSpotInstanceRequestID',
  'security group': 'InvalidGroup',
  subnet: 'InvalidSubnetID',
  vpc: 'InvalidVpcID',
  'key pair': 'InvalidKeyPair',
  'network interface': 'InvalidNetworkInterfaceID',
};

/** EC2 names the parameter of a malformed volume, snapshot or group id, not the resource. */
const MALFORMED: Readonly<Partial<Record<Kind, string>>> = {
  volume: 'InvalidParameterValue',
  snapshot: 'InvalidParameterValue',
  'security group': 'InvalidGroupId.Malformed',
};

/** The same seed makes the same ids in the same order, which says nothing about their order by name. */
export const idOf = (kind: Kind, ...seed: readonly (string | number)[]): string => {
  const hash = createHash('sha256')
    .update([kind, ...seed].join('/'))
    .digest('hex');
  return kind === 'spot request' ? `sir-${hash.slice(0, 8)}` : `${PREFIX[kind]}-${hash.slice(0, 17)}`;
};

/** Throws where `id` can't be one of that kind. */
export function checkId(kind: Kind, id: string): void {
  const body = kind === 'spot request' ? '[0-9a-z]{8}' : '([0-9a-f]{8}|[0-9a-f]{17})';
  if (!new RegExp(`^${PREFIX[kind]}-${body}$`).test(id)) {
    throw new Ec2Error(
      MALFORMED[kind] ?? `${NAME[kind]}.Malformed`,
      `Invalid id: "${id}" (expecting "${PREFIX[kind]}-...")`,
    );
  }
}

export const notFound = (kind: Kind, ids: readonly string[]): Ec2Error =>
  ids.length === 1
    ? new Ec2Error(`${NAME[kind]}.NotFound`, `The ${kind} ID '${ids[0]}' does not exist`)
    : new Ec2Error(`${NAME[kind]}.NotFound`, `The ${kind} IDs '${ids.join(', ')}' do not exist`);

/** What the id of a call names. Throws Malformed, NotFound. */
export function one<Resource>(kind: Kind, id: string, find: (id: string) => Resource | undefined): Resource {
  checkId(kind, id);
  const found = find(id);
  if (found === undefined) throw notFound(kind, [id]);
  return found;
}

/** All that `ids` name; one unknown id fails the whole call (facts/ec2.md 1.4). */
export function pick<Resource>(
  kind: Kind,
  ids: readonly string[],
  find: (id: string) => Resource | undefined,
): Resource[] {
  for (const id of ids) checkId(kind, id);
  const missing = ids.filter((id) => find(id) === undefined);
  if (missing.length > 0) throw notFound(kind, missing);
  return [...new Set(ids)].map((id) => find(id)!);
}
