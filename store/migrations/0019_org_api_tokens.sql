-- Tokens of a tenant's people and programs (facts/wire.md 1.2). The token itself is answered once; its hash alone is kept.
-- Additive: runs on a database in use.

create table org_api_tokens (
  id uuid primary key,
  token_hash bytea not null unique,
  -- First 8 characters, by which the audit names it.
  prefix text not null,
  tenant_id text not null,
  name text not null,
  created_by text not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz,
  revoked_at timestamptz,
  -- Two tokens of one name in the audit would be one person there.
  unique (tenant_id, prefix)
);
