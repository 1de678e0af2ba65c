// AWS ids: made at random, and told apart when malformed from those that merely don't exist.

import { randomBytes } from 'node:crypto';
import { Ec2Error } from './errors.ts';

export type Kind = 'instance' | 'volume' | 'image' | 'reservation';

const PREFIX: Readonly<Record<Kind, string>> = { instance: 'i', volume: 'vol', image: 'ami', reservation: 'r' };
const NAME: Readonly<Record<Kind, string>> = {
  instance: 'InvalidInstanceID',
  volume: 'InvalidVolume',
  image: 'InvalidAMIID',
  reservation: 'InvalidReservationID',
};
/** EC2 names the parameter of a malformed volume id, not the resource. */
const MALFORMED: Readonly<Record<Kind, string>> = {
  instance: 'InvalidInstanceID.Malformed',
  volume: 'InvalidParameterValue',
  image: 'InvalidAMIID.Malformed',
  reservation: 'InvalidReservationID.Malformed',
};

export const newId = (kind: Kind): string => `${PREFIX[kind]}-${randomBytes(9).toString('hex').slice(0, 17)}`;

/** Throws where `id` can't be one of that kind. */
export function checkId(kind: Kind, id: string): void {
  if (!new RegExp(`^${PREFIX[kind]}-([0-9a-f]{8}|[0-9a-f]{17})$`).test(id)) {
    throw new Ec2Error(MALFORMED[kind], `Invalid id: "${id}" (expecting "${PREFIX[kind]}-...")`);
  }
}

export const notFound = (kind: Kind, ids: readonly string[]): Ec2Error =>
  ids.length === 1
    ? new Ec2Error(`${NAME[kind]}.NotFound`, `The ${kind} ID '${ids[0]}' does not exist`)
    : new Ec2Error(`${NAME[kind]}.NotFound`, `The ${kind} IDs '${ids.join(', ')}' do not exist`);

/** All that `ids` name; one unknown id fails the whole call (facts/ec2.md 1.4). */
export function pick<Resource>(
  kind: Kind,
  ids: readonly string[],
  find: (id: string) => Resource | undefined,
): Resource[] {
  for (const id of ids) checkId(kind, id);
  const missing = ids.filter((id) => find(id) === undefined);
  if (missing.length > 0) throw notFound(kind, missing);
  return ids.map((id) => find(id)!);
}
