// Queues: their rows, and the names, URLs and ARNs that lead to one.

import type { JsonContext } from '../json/service.ts';
import type { Row, Table } from '../state/table.ts';
import { noSuchQueue, sqsError } from './errors.ts';
import type { Settings } from './settings.ts';

/** Its id is its name. */
export type Queue = Row & {
  readonly createdMs: number;
  readonly modifiedMs: number;
  readonly settings: Settings;
  readonly purgedMs?: number;
};

/** A name that was given up, and when: it is not free at once. */
type Deleted = Row & { readonly deletedMs: number };

export const queuesOf = (context: JsonContext): Table<Queue> => context.store.table(`${scope(context)}/queues`);

export const deletedOf = (context: JsonContext): Table<Deleted> =>
  context.store.table(`${scope(context)}/deletedQueues`);

/** Where a service's state of this account and region is. */
export const scope = ({ accountId, region }: JsonContext): string => `${accountId}/${region}/sqs`;

export const urlOf = ({ url, accountId }: JsonContext, name: string): string => `${url}/${accountId}/${name}`;

export const arnOf = (context: JsonContext, name: string): string => `${arnPrefix(context)}${name}`;

/** Undefined where it is no ARN of a queue of this account and region. */
export const nameInArn = (context: JsonContext, arn: string): string | undefined =>
  arn.startsWith(arnPrefix(context)) ? arn.slice(arnPrefix(context).length) : undefined;

const arnPrefix = ({ region, accountId }: JsonContext): string => `arn:aws:sqs:${region}:${accountId}:`;

/**
 * Throws QueueDoesNotExist, for a queue of another account as well: what is not shared is not there. Only the path counts, so
 * that a URL is still good when the emulator has started again on another port.
 */
export function queueAt(context: JsonContext, queueUrl: string): Queue {
  const path = URL.canParse(queueUrl) ? new URL(queueUrl).pathname : '';
  const named = /^\/(\d{12})\/([\w.-]{1,80})$/.exec(path);
  if (named === null) {
    throw sqsError('InvalidAddress', `The address ${queueUrl} is not valid for this endpoint.`);
  }
  const queue = named[1] === context.accountId ? queuesOf(context).get(named[2]!) : undefined;
  if (queue === undefined) throw noSuchQueue();
  return queue;
}
