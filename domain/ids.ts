// Branded ids and the one function that makes each of them, so that one kind can't be passed for another.

declare const brand: unique symbol;
type Branded<Name extends string> = string & { readonly [brand]: Name };

/** A UUID in lower case; anything else on a path is a 400 (facts/wire.md 1.3). */
export type WorkspaceId = Branded<'WorkspaceId'>;
/** The organisation (`org` on the wire) that owns workspaces: 1..64 of `a-z 0-9 -`. */
export type TenantId = Branded<'TenantId'>;
/** One durable change to a workspace. Comes from the client's `Idempotency-Key`, so that a repeat is recognised. */
export type OperationId = Branded<'OperationId'>;

/** Which operation of which workspace. */
export type OperationRef = { readonly workspaceId: WorkspaceId; readonly operationId: OperationId };

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TENANT = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** The id, or null where `value` is not a UUID. */
export const workspaceId = (value: string): WorkspaceId | null =>
  UUID.test(value) ? (value.toLowerCase() as WorkspaceId) : null;

/** The id, or null where `value` is not a tenant's name. */
export const tenantId = (value: string): TenantId | null => (TENANT.test(value) ? (value as TenantId) : null);

/** The id, or null where `value` is not a UUID. */
export const operationId = (value: string): OperationId | null =>
  UUID.test(value) ? (value.toLowerCase() as OperationId) : null;
