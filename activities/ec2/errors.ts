// The AWS error codes by what the caller should do about them (facts/ec2.md 1.11). Classified by code, never by HTTP status.

import type { ErrorCode } from '../../domain/errors.ts';

export type AwsErrorClass =
  | 'throttle'
  | 'transient'
  | 'capacity'
  | 'quota'
  | 'self-clearing quota'
  | 'state'
  | 'idempotency'
  | 'credentials'
  | 'auth'
  | 'account'
  | 'spec';

type Reaction = {
  readonly type: ErrorCode;
  /** Whether the same call with the same token may succeed later, so that Temporal should repeat it. */
  readonly retry: boolean;
  /** Shortest wait before that, in ms; null = the activity's own policy. Jitter is added. */
  readonly retryAfterMs: number | null;
};

export const REACTIONS: Readonly<Record<AwsErrorClass, Reaction>> = {
  // The buckets of section 4 refill within seconds; a hot retry would only empty them again.
  throttle: { type: 'AWS_THROTTLED', retry: true, retryAfterMs: 2_000 },
  transient: { type: 'AWS_UNAVAILABLE', retry: true, retryAfterMs: null },
  // The next candidate with a new token, not this one again: the workflow decides.
  capacity: { type: 'AWS_CAPACITY', retry: false, retryAfterMs: null },
  quota: { type: 'QUOTA_EXCEEDED', retry: false, retryAfterMs: null },
  // At least 15 s between two snapshots of one volume.
  'self-clearing quota': { type: 'AWS_STATE', retry: true, retryAfterMs: 15_000 },
  state: { type: 'AWS_STATE', retry: true, retryAfterMs: null },
  idempotency: { type: 'AWS_IDEMPOTENCY', retry: false, retryAfterMs: null },
  // One repeat: the SDK's provider fetches fresh ones by itself. See `failure.ts`.
  credentials: { type: 'AWS_UNAUTHORIZED', retry: true, retryAfterMs: 2_000 },
  auth: { type: 'AWS_UNAUTHORIZED', retry: false, retryAfterMs: null },
  account: { type: 'AWS_ACCOUNT', retry: false, retryAfterMs: null },
  spec: { type: 'AWS_REFUSED', retry: false, retryAfterMs: null },
};

const CODES: Readonly<Record<AwsErrorClass, readonly string[]>> = {
  throttle: [
    'RequestLimitExceeded',
    'Throttling',
    'ThrottlingException',
    'RequestThrottled',
    'RequestThrottledException',
    'EC2ThrottledException',
    'TooManyRequestsException',
  ],
  transient: [
    'InternalError',
    'InternalFailure',
    'ServerInternal',
    'ServiceUnavailable',
    'Unavailable',
    'RequestTimeout',
  ],
  capacity: [
    'InsufficientInstanceCapacity',
    'InsufficientCapacity',
    'InsufficientHostCapacity',
    'InsufficientReservedInstanceCapacity',
    'InsufficientCapacityOnHost',
    'InsufficientVolumeCapacity',
    'UnfulfillableCapacity',
    'ReservationCapacityExceeded',
    'SpotMaxPriceTooLow',
    'Unsupported',
    'VolumeTypeNotAvailableInZone',
    'InsufficientFreeAddressesInSubnet',
  ],
  quota: [
    'VcpuLimitExceeded',
    'InstanceLimitExceeded',
    'MaxSpotInstanceCountExceeded',
    'VolumeLimitExceeded',
    'MaxIOPSLimitExceeded',
    'SnapshotLimitExceeded',
    'NetworkInterfaceLimitExceeded',
    'AddressLimitExceeded',
    'ResourceLimitExceeded',
    'ResourceCountExceeded',
    'TagLimitExceeded',
  ],
  'self-clearing quota': [
    'ConcurrentSnapshotLimitExceeded',
    'PendingSnapshotLimitExceeded',
    'SnapshotCreationPerVolumeRateExceeded',
  ],
  state: [
    'InvalidInstanceID.NotFound',
    'InvalidVolume.NotFound',
    'InvalidSnapshot.NotFound',
    'IncorrectState',
    'IncorrectInstanceState',
    'InvalidState',
    'VolumeInUse',
  ],
  idempotency: ['IdempotentParameterMismatch', 'IdempotentInstanceTerminated'],
  credentials: ['RequestExpired', 'ExpiredToken', 'AuthFailure', 'InvalidClientTokenId', 'SignatureDoesNotMatch'],
  auth: [
    'UnauthorizedOperation',
    'AccessDenied',
    'AccessDeniedException',
    'AuthFailure.ServiceLinkedRoleCreationNotPermitted',
    'CredentialsProviderError',
  ],
  account: ['OptInRequired', 'PendingVerification', 'Blocked', 'MarketplaceSubscriptionRequired'],
  spec: [
    'InvalidAMIID.NotFound',
    'InvalidAMIID.Unavailable',
    'InvalidAMIID.Malformed',
    'InvalidParameterValue',
    'InvalidParameterCombination',
    'MissingParameter',
    'UnknownParameter',
    'InvalidBlockDeviceMapping',
    'InvalidInstanceType',
    'InvalidKeyPair.NotFound',
    'InvalidSubnetID.NotFound',
    'InvalidGroup.NotFound',
    'InvalidVolume.ZoneMismatch',
    'AttachmentLimitExceeded',
    'UnsupportedOperation',
    'OperationNotPermitted',
    'InvalidUserData.Malformed',
  ],
};

const CLASS_OF = new Map(
  Object.entries(CODES).flatMap(([kind, codes]) => codes.map((code) => [code, kind as AwsErrorClass] as const)),
);

export type AwsError = { readonly class: AwsErrorClass; readonly code: string; readonly message: string };

/** The error's class, or null where it is not an answer of AWS or a failure to reach it. An unknown code: 5xx transient, 4xx spec. */
export function classify(error: unknown): AwsError | null {
  if (!(error instanceof Error)) return null;
  const { $metadata, code: systemCode } = error as { $metadata?: { httpStatusCode?: number }; code?: string };
  const known = CLASS_OF.get(error.name);
  if (known !== undefined) return { class: known, code: error.name, message: error.message };
  if (error.name.endsWith('.Malformed')) return { class: 'spec', code: error.name, message: error.message };
  const status = $metadata?.httpStatusCode;
  if (status !== undefined)
    return { class: status >= 500 ? 'transient' : 'spec', code: error.name, message: error.message };
  if (isUnreachable(error.name, systemCode)) {
    return { class: 'transient', code: systemCode ?? error.name, message: error.message };
  }
  return null;
}

const isUnreachable = (name: string, systemCode: string | undefined): boolean =>
  name === 'TimeoutError' ||
  name === 'AbortError' ||
  name === 'NetworkingError' ||
  (systemCode !== undefined &&
    /^(ECONN|EPIPE|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|E(HOST|NET)(UNREACH|DOWN)|UND_ERR)/.test(systemCode));

/** True where `error` is AWS's answer with one of `codes`. */
export const isAwsCode = (error: unknown, ...codes: readonly string[]): boolean =>
  error instanceof Error && codes.includes(error.name);
