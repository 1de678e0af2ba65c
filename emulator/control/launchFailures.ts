// Launches that are accepted and fail later: pending, then terminated with a StateReason (facts/ec2.md 1.2).

import type { StateReason } from '../ec2/resources.ts';

export type LaunchFailure = {
  readonly stateReason: StateReason;
  /** Only a launch of this account; any account's where it is left out. */
  readonly accountId?: string | undefined;
};

export type LaunchFailures = {
  add(failure: LaunchFailure): void;
  clear(): void;
  /** The reason why an instance that is launched now will fail, if it is to. Each failure is for one instance. */
  take(accountId: string): StateReason | undefined;
};

export function launchFailures(): LaunchFailures {
  const waiting: LaunchFailure[] = [];
  return {
    add: (failure) => void waiting.push(failure),
    clear: () => void waiting.splice(0),
    take(accountId) {
      const place = waiting.findIndex((failure) => failure.accountId === undefined || failure.accountId === accountId);
      return place === -1 ? undefined : waiting.splice(place, 1)[0]!.stateReason;
    },
  };
}
