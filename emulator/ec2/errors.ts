// EC2's error codes and the HTTP status that each comes with (facts/ec2.md 1.11).

const STATUS: Readonly<Record<string, number>> = {
  InternalError: 500,
  InternalFailure: 500,
  InsufficientInstanceCapacity: 500,
  InsufficientVolumeCapacity: 500,
  InsufficientHostCapacity: 500,
  InsufficientReservedInstanceCapacity: 500,
  InsufficientAddressCapacity: 500,
  Unavailable: 503,
  ServiceUnavailable: 503,
  RequestLimitExceeded: 503,
  AuthFailure: 401,
  UnauthorizedOperation: 403,
  DryRunOperation: 412,
};

/** Client errors are 400 unless the table says otherwise. */
export const statusOf = (code: string): number => STATUS[code] ?? 400;

export class Ec2Error extends Error {
  override readonly name = 'Ec2Error';
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = statusOf(code)) {
    super(message);
    this.code = code;
    this.status = status;
  }
}
