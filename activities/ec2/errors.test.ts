// The table of AWS error codes, walked whole, and what is made of errors that are not in it.

import { ERRORS } from '../../domain/errors.ts';
import { type AwsErrorClass, classify, isAwsCode, REACTIONS } from './errors.ts';

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

it.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'ENOTFOUND', 'EPIPE', 'EHOSTUNREACH', 'ENETUNREACH', 'ENETDOWN'])(
  '%s of a socket is transient',
  (code) => {
    expect(classify(Object.assign(new Error('no'), { code }))).toMatchObject({ class: 'transient', code });
  },
);

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

/** facts/ec2.md 1.11, copied apart from the code: a code that comes to count as another class shows here. */
const FACTS: Readonly<Record<AwsErrorClass, string>> = {
  throttle: `RequestLimitExceeded Throttling ThrottlingException RequestThrottled RequestThrottledException
    EC2ThrottledException TooManyRequestsException`,
  transient: 'InternalError InternalFailure ServerInternal ServiceUnavailable Unavailable RequestTimeout',
  capacity: `InsufficientInstanceCapacity InsufficientCapacity InsufficientHostCapacity InsufficientCapacityOnHost
    InsufficientReservedInstanceCapacity InsufficientVolumeCapacity UnfulfillableCapacity ReservationCapacityExceeded
    SpotMaxPriceTooLow Unsupported VolumeTypeNotAvailableInZone InsufficientFreeAddressesInSubnet`,
  quota: `VcpuLimitExceeded InstanceLimitExceeded MaxSpotInstanceCountExceeded VolumeLimitExceeded MaxIOPSLimitExceeded
    SnapshotLimitExceeded NetworkInterfaceLimitExceeded AddressLimitExceeded ResourceLimitExceeded ResourceCountExceeded
    TagLimitExceeded`,
  'self-clearing quota': `ConcurrentSnapshotLimitExceeded PendingSnapshotLimitExceeded
    SnapshotCreationPerVolumeRateExceeded`,
  state: `InvalidInstanceID.NotFound InvalidVolume.NotFound InvalidSnapshot.NotFound IncorrectState
    IncorrectInstanceState InvalidState VolumeInUse`,
  idempotency: 'IdempotentParameterMismatch IdempotentInstanceTerminated',
  credentials: 'RequestExpired ExpiredToken AuthFailure InvalidClientTokenId SignatureDoesNotMatch',
  auth: `UnauthorizedOperation AccessDenied AccessDeniedException AuthFailure.ServiceLinkedRoleCreationNotPermitted`,
  account: 'OptInRequired PendingVerification Blocked MarketplaceSubscriptionRequired',
  spec: `InvalidAMIID.NotFound InvalidAMIID.Unavailable InvalidAMIID.Malformed InvalidParameterValue MissingParameter
    InvalidParameterCombination InvalidBlockDeviceMapping InvalidInstanceType InvalidKeyPair.NotFound
    InvalidSubnetID.NotFound InvalidGroup.NotFound InvalidVolume.ZoneMismatch AttachmentLimitExceeded
    UnsupportedOperation OperationNotPermitted InvalidUserData.Malformed InvalidVolumeID.Malformed`,
};
const facts = Object.entries(FACTS).flatMap(([kind, codes]) => codes.split(/\s+/).map((code) => [code, kind] as const));

it('the facts name each code once', () => {
  expect(new Set(facts.map(([code]) => code)).size).toBe(facts.length);
});

it.each(facts)('%s is of class %s, with whichever HTTP status it comes', (code, kind) => {
  for (const status of [400, 403, 500, 503]) expect(classify(awsError(code, status))?.class).toBe(kind);
});

it.each(Object.keys(FACTS) as AwsErrorClass[])('class %s has a reaction with an error of the registry', (kind) => {
  const { type, retry, retryAfterMs } = REACTIONS[kind];
  expect(ERRORS).toHaveProperty(type);
  // What is never repeated has no wait, and what is repeated at AWS's pace waits at least a second.
  if (!retry) expect(retryAfterMs).toBeNull();
  expect(retryAfterMs ?? 1_000).toBeGreaterThanOrEqual(1_000);
  expect(Object.keys(REACTIONS)).toHaveLength(Object.keys(FACTS).length);
});

it.each(['TimeoutError', 'NetworkingError', 'AbortError'])('%s of the client is transient', (name) => {
  expect(classify(Object.assign(new Error('late'), { name }))).toMatchObject({ class: 'transient', code: name });
});

it('an answer is told by its code alone', () => {
  expect(isAwsCode(awsError('VolumeInUse'), 'IncorrectState', 'VolumeInUse')).toBe(true);
  expect(isAwsCode(awsError('VolumeInUse'), 'IncorrectState')).toBe(false);
  expect(isAwsCode('VolumeInUse', 'VolumeInUse')).toBe(false);
});
