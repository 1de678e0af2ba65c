-- The read model of workspaces. The workspace workflow decides; this row says what it decided, guarded by version.
-- Runs on an empty database.

create table workspaces (
  id uuid primary key,
  tenant_id text not null,
  name text not null,
  role text,
  runtime text,
  tier smallint not null,
  compute jsonb not null default '{}',
  status text not null,
  phase text not null,
  generation integer not null,
  url text,
  instance_id text,
  instance_type text,
  region text,
  zone text,
  home_volume_id text,
  operation_id uuid,
  operation_kind text,
  reason jsonb,
  version bigint not null,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

create index workspaces_by_tenant on workspaces (tenant_id, created_at) where status <> 'removed';

-- Liveness is a column of its own table: machines write it often, and no workflow owns it.
create table heartbeats (
  workspace_id uuid primary key references workspaces (id),
  generation integer not null,
  last_seen_at timestamptz not null,
  report jsonb not null
);
