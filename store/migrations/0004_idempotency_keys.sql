-- The first request of each Idempotency-Key: its fingerprint, the ids minted for it, and its answer once there is one.
-- It outlives the workflow's own record of operations, which Temporal forgets after the retention. Runs on an empty database.

create table idempotency_keys (
  tenant_id text not null,
  key text not null,
  fingerprint bytea not null,
  workspace_id uuid not null,
  operation_id uuid not null,
  response_status smallint,
  response_body jsonb,
  created_at timestamptz not null default now(),
  primary key (tenant_id, key)
);
