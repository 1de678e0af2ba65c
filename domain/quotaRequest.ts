// A request to AWS for a higher quota, and what has become of it (facts/ec2.md 2).

/** AWS's own words; the first two are open. */
export const QUOTA_REQUEST_STATUSES = [
  'PENDING',
  'CASE_OPENED',
  'APPROVED',
  'DENIED',
  'NOT_APPROVED',
  'CASE_CLOSED',
  'INVALID_REQUEST',
] as const;
export type QuotaRequestStatus = (typeof QUOTA_REQUEST_STATUSES)[number];

export type QuotaRequest = {
  readonly id: string;
  readonly code: string;
  /** vCPUs. */
  readonly desired: number;
  readonly status: QuotaRequestStatus;
  /** ISO. */
  readonly requestedAt: string;
};

export const isOpenRequest = ({ status }: Pick<QuotaRequest, 'status'>): boolean =>
  status === 'PENDING' || status === 'CASE_OPENED';
