// The table of AWS error codes, walked whole, and what is made of errors that are not in it.

import { classify, REACTIONS } from './errors.ts';

const awsError = (name: string, httpStatusCode = 400): Error =>
  Object.assign(new Error('said AWS'), { name, $metadata: { httpStatusCode } });

it.each([
  ['RequestLimitExceeded', 503, 'throttle'],
  ['InternalError', 500, 'transient'],
  // A 500 that is no accident: the next candidate, not the same again (facts/ec2.md 1.10).
  ['InsufficientInstanceCapacity', 500, 'capacity'],
  ['Unsupported', 400, 'capacity'],
  ['VcpuLimitExceeded', 400, 'quota'],
  ['SnapshotCreationPerVolumeRateExceeded', 400, 'self-clearing quota'],
  ['InvalidInstanceID.NotFound', 400, 'state'],
  ['VolumeInUse', 400, 'state'],
  ['IdempotentParameterMismatch', 400, 'idempotency'],
  ['IdempotentInstanceTerminated', 400, 'idempotency'],
  ['ExpiredToken', 400, 'credentials'],
  ['UnauthorizedOperation', 403, 'auth'],
  ['PendingVerification', 400, 'account'],
  ['InvalidAMIID.NotFound', 400, 'spec'],
  ['InvalidVolume.ZoneMismatch', 400, 'spec'],
  ['InvalidInstanceID.Malformed', 400, 'spec'],
  ['SomethingNew', 400, 'spec'],
  ['SomethingNew', 500, 'transient'],
] as const)('%s with HTTP %d is of class %s', (code, status, expected) => {
  expect(classify(awsError(code, status))).toEqual({ class: expected, code, message: 'said AWS' });
});

it.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EPIPE'])('%s of a socket is transient', (code) => {
  expect(classify(Object.assign(new Error('no'), { code }))).toMatchObject({ class: 'transient', code });
});

it('what is no answer of AWS is not classified', () => {
  expect(classify(new TypeError('a bug'))).toBeNull();
  expect(classify('a string')).toBeNull();
});

it('only what may succeed unchanged is repeated', () => {
  const repeated = Object.entries(REACTIONS).filter(([, reaction]) => reaction.retry);
  expect(repeated.map(([name]) => name).sort()).toEqual([
    'credentials',
    'self-clearing quota',
    'state',
    'throttle',
    'transient',
  ]);
});
