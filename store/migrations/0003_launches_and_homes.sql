-- Intents and what became of them: each row is written before the AWS call that it describes (design, section 4).
-- Runs on an empty database.

-- One row per try: attempt k of a generation. `request` is the whole RunInstances request, replayed byte for byte.
create table launches (
  workspace_id uuid not null,
  generation integer not null,
  attempt integer not null,
  tenant_id text not null,
  region text not null,
  operation_workflow_id text not null,
  client_token text not null unique,
  request jsonb not null,
  requested_at timestamptz not null default now(),
  -- The boot credential of this launch is good until then.
  boot_deadline timestamptz not null,
  -- 'requested' until AWS answered; then 'launched' or 'refused'; 'ended' once it can never run again.
  progress text not null default 'requested' check (progress in ('requested', 'launched', 'refused', 'ended')),
  refusal text,
  instance_id text unique,
  launched_at timestamptz,
  terminate_requested_at timestamptz,
  -- What the sweep saw last, and whom it tells; null = nobody waits.
  observed_state text,
  state_reason text,
  watcher text,
  registered_at timestamptz,
  url text,
  agent_card jsonb,
  primary key (workspace_id, generation, attempt)
);

create index launches_watched on launches (region) where watcher is not null;

create table homes (
  workspace_id uuid not null,
  client_token text primary key,
  request jsonb not null,
  zone text not null,
  size_gb integer not null,
  requested_at timestamptz not null default now(),
  volume_id text unique,
  deleted_at timestamptz
);

create index homes_by_workspace on homes (workspace_id) where deleted_at is null;

-- Only hashes: the token itself is handed out once, at registration (facts/wire.md 1.2).
create table workspace_auth_tokens (
  token_hash bytea primary key,
  workspace_id uuid not null,
  generation integer not null,
  attempt integer not null,
  prefix text not null,
  created_at timestamptz not null default now(),
  first_used_at timestamptz,
  revoked_at timestamptz
);

create index workspace_auth_tokens_by_workspace on workspace_auth_tokens (workspace_id) where revoked_at is null;
