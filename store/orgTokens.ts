// Tokens of a tenant: made, found by their hash, listed by their prefix, revoked.

import type { Queryable } from './pool.ts';

export type OrgTokenRow = {
  readonly id: string;
  readonly prefix: string;
  readonly name: string;
  readonly created_by: string;
  readonly created_at: Date;
  readonly last_used_at: Date | null;
};

const COLUMNS = 'id, prefix, name, created_by, created_at, last_used_at';

export async function addOrgToken(
  db: Queryable,
  token: {
    readonly id: string;
    readonly tenantId: string;
    readonly hash: Buffer;
    readonly prefix: string;
    readonly name: string;
    readonly createdBy: string;
  },
): Promise<OrgTokenRow> {
  const { rows } = await db.query(
    `insert into org_api_tokens (id, tenant_id, token_hash, prefix, name, created_by) values ($1, $2, $3, $4, $5, $6)
     returning ${COLUMNS}`,
    [token.id, token.tenantId, token.hash, token.prefix, token.name, token.createdBy],
  );
  return rows[0];
}

/** Oldest first; revoked ones are gone. */
export async function listOrgTokens(db: Queryable, tenantId: string): Promise<OrgTokenRow[]> {
  const { rows } = await db.query(
    `select ${COLUMNS} from org_api_tokens where tenant_id = $1 and revoked_at is null order by created_at, id`,
    [tenantId],
  );
  return rows;
}

/** True where there was one. */
export async function revokeOrgToken(db: Queryable, tenantId: string, id: string): Promise<boolean> {
  const { rowCount } = await db.query(
    `update org_api_tokens set revoked_at = now() where tenant_id = $1 and id = $2 and revoked_at is null`,
    [tenantId, id],
  );
  return rowCount === 1;
}

/** How exactly the last use is known: a write for each request would cost more than the request. */
const LAST_USED_MINUTES = 1;

/** Whose token it is, or null where it is nobody's (any more). */
export async function findOrgToken(
  db: Queryable,
  hash: Buffer,
): Promise<{ readonly tenantId: string; readonly prefix: string } | null> {
  const { rows } = await db.query(
    `select id, tenant_id, prefix, last_used_at is null or last_used_at < now() - make_interval(mins => $2) as stale
     from org_api_tokens where token_hash = $1 and revoked_at is null`,
    [hash, LAST_USED_MINUTES],
  );
  const row = rows[0];
  if (row === undefined) return null;
  if (row.stale) await db.query(`update org_api_tokens set last_used_at = now() where id = $1`, [row.id]);
  return { tenantId: row.tenant_id, prefix: row.prefix };
}
