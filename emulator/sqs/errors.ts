// What SQS refuses a call with. `err.name` of the SDK is the code as it stands here; the statuses are those of its model.

import { JsonError } from '../json/service.ts';

const STATUS = {
  BatchEntryIdsNotDistinct: 400,
  BatchRequestTooLong: 400,
  EmptyBatchRequest: 400,
  InvalidAddress: 404,
  InvalidAttributeName: 400,
  InvalidAttributeValue: 400,
  InvalidBatchEntryId: 400,
  InvalidMessageContents: 400,
  InvalidParameterValue: 400,
  MessageNotInflight: 400,
  MissingParameter: 400,
  PurgeQueueInProgress: 403,
  QueueDeletedRecently: 400,
  QueueDoesNotExist: 400,
  QueueNameExists: 400,
  ReceiptHandleIsInvalid: 404,
  TooManyEntriesInBatchRequest: 400,
  UnsupportedOperation: 400,
} as const;

export type SqsCode = keyof typeof STATUS;

export const sqsError = (code: SqsCode, message: string): JsonError => new JsonError(code, message, STATUS[code]);

export const noSuchQueue = (): JsonError => sqsError('QueueDoesNotExist', 'The specified queue does not exist.');

export const invalidValue = (parameter: string, value: string | number, reason: string): JsonError =>
  sqsError('InvalidParameterValue', `Value ${value} for parameter ${parameter} is invalid. Reason: ${reason}`);

/** The value itself where it is allowed. */
export function inRange(parameter: string, value: number, min: number, max: number): number {
  if (value >= min && value <= max) return value;
  throw invalidValue(parameter, value, `Must be between ${min} and ${max}, if provided.`);
}
