// The attributes of a queue that its owner sets: their ranges and defaults, and how they are shown.

import { isDeepStrictEqual } from 'node:util';

/** As AWS documents them for CreateQueue; seconds, but for the size, which is in bytes. */
export const NUMBERS = {
  VisibilityTimeout: { min: 0, max: 43_200, initial: 30 },
  MessageRetentionPeriod: { min: 60, max: 1_209_600, initial: 345_600 },
  ReceiveMessageWaitTimeSeconds: { min: 0, max: 20, initial: 0 },
  DelaySeconds: { min: 0, max: 900, initial: 0 },
  MaximumMessageSize: { min: 1_024, max: 1_048_576, initial: 1_048_576 },
} as const;

export type NumberName = keyof typeof NUMBERS;

/** After how many receives a message goes to which dead-letter queue. */
export type RedrivePolicy = { readonly deadLetterTargetArn: string; readonly maxReceiveCount: number };

export type Settings = Readonly<Record<NumberName, number>> & {
  readonly RedrivePolicy?: RedrivePolicy | undefined;
  /** Kept and shown; who may call is not decided here. */
  readonly Policy?: string | undefined;
};

export const SETTING_NAMES: readonly string[] = [...Object.keys(NUMBERS), 'RedrivePolicy', 'Policy'];

export const DEFAULTS: Settings = Object.fromEntries(
  Object.entries(NUMBERS).map(([name, { initial }]) => [name, initial]),
) as Record<NumberName, number>;

/** The first that the caller wants otherwise than it is; one that is not named is not compared. */
export function firstDifference(settings: Settings, wanted: Partial<Settings>): string | undefined {
  const readable = (name: string, value: unknown): unknown =>
    name === 'Policy' && typeof value === 'string' ? JSON.parse(value) : value;
  return Object.entries(wanted).find(
    ([name, value]) => !isDeepStrictEqual(readable(name, value), readable(name, settings[name as keyof Settings])),
  )?.[0];
}

/** As GetQueueAttributes shows it; undefined where it is not set. */
export function showSetting(settings: Settings, name: string): string | undefined {
  const value = settings[name as keyof Settings];
  return value === undefined || typeof value === 'string' ? value : JSON.stringify(value);
}
