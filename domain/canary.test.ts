// What is concluded from what is seen of a canary.

import { judgeCanary } from './canary.ts';
import type { InstanceState } from './machine.ts';

it.each<[InstanceState, string | null, string, string, string | null]>([
  ['pending', null, 'not-applicable', 'not-applicable', null],
  ['running', null, 'initializing', 'initializing', null],
  ['running', null, 'ok', 'initializing', null],
  ['running', null, 'insufficient-data', 'ok', null],
  ['running', null, 'ok', 'ok', 'booted'],
  ['running', null, 'ok', 'impaired', 'failed'],
  ['running', null, 'impaired', 'impaired', 'elsewhere'],
  ['stopped', null, 'not-applicable', 'not-applicable', 'failed'],
  ['terminated', 'Client.InternalError', 'not-applicable', 'not-applicable', 'failed'],
  ['terminated', 'Client.InstanceInitiatedShutdown', 'not-applicable', 'not-applicable', 'failed'],
  ['terminated', null, 'not-applicable', 'not-applicable', 'failed'],
  ['shutting-down', 'Server.InsufficientInstanceCapacity', 'not-applicable', 'not-applicable', 'elsewhere'],
  ['absent', 'Server.SpotInstanceTermination', 'not-applicable', 'not-applicable', 'elsewhere'],
])('%s (%s), host %s, machine %s: %s', (state, stateReason, system, instance, expected) => {
  expect(judgeCanary({ state, stateReason, system, instance })?.verdict ?? null).toBe(expected);
});
