-- What the platform asks of machines while they run, and what it waits for in AWS besides instances.
-- Additive: runs on a database in use.

-- A machine asks for its open orders over a held request, and answers each one.
create table machine_orders (
  id uuid primary key,
  workspace_id uuid not null,
  generation integer not null,
  attempt integer not null,
  kind text not null,
  -- The workflow that is told the answer.
  watcher text not null,
  ordered_at timestamptz not null default now(),
  answered_at timestamptz,
  ok boolean,
  result jsonb,
  -- Nobody waits for it any more: a machine that was away meanwhile must not carry it out.
  withdrawn_at timestamptz
);

create index machine_orders_open on machine_orders (workspace_id, generation) where answered_at is null and withdrawn_at is null;

create function machine_orders_notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('machine_orders', new.workspace_id::text);
  return null;
end $$;

create trigger machine_orders_notify after insert on machine_orders
  for each row execute function machine_orders_notify();

-- Volumes and snapshots that a workflow waits for; the region's sweep tells it, and removes the row.
create table watches (
  resource_id text not null,
  watcher text not null,
  region text not null,
  kind text not null check (kind in ('volume', 'snapshot')),
  -- The states that end the wait.
  until text[] not null,
  created_at timestamptz not null default now(),
  primary key (resource_id, watcher)
);

create index watches_of_region on watches (region);

-- Which launch a home was made for; those from before this migration were made for the first.
alter table homes add column generation integer not null default 1;
alter table homes add column attempt integer not null default 1;

-- What a machine has to have mounted before it may register: {volume_id, digest or null}. Null = its own new home.
alter table launches add column expected_home jsonb;

-- User-owned copies of homes. Never removed by an operation that failed.
create table restore_points (
  id uuid primary key,
  workspace_id uuid not null,
  tenant_id text not null,
  region text not null,
  operation_id uuid not null,
  generation integer not null,
  volume_id text not null,
  size_gb integer not null,
  -- Why it was taken, and in which state the home was: clean = unmounted, frozen = writes held, crash = in use.
  reason text not null,
  quality text not null check (quality in ('clean', 'frozen', 'crash')),
  manifest jsonb,
  snapshot_id text unique,
  state text not null default 'requested' check (state in ('requested', 'pending', 'completed', 'failed', 'deleted')),
  requested_at timestamptz not null default now(),
  completed_at timestamptz,
  expires_at timestamptz,
  deleted_at timestamptz
);

create index restore_points_of_workspace on restore_points (workspace_id, requested_at) where state <> 'deleted';

-- Operations as the entity decided them; what they did step by step stands in structure_events.
create table operations (
  id uuid primary key,
  workspace_id uuid not null,
  tenant_id text not null,
  kind text not null,
  generation integer not null,
  result text,
  reason jsonb,
  details jsonb not null default '{}',
  started_at timestamptz not null default now(),
  ended_at timestamptz
);

create index operations_of_workspace on operations (workspace_id, started_at);

-- What the machine of the present generation was launched as, what it costs, and what the workspace may be restored from.
alter table workspaces add column launched jsonb;
alter table workspaces add column max_hourly_usd text;
alter table workspaces add column restore_until timestamptz;
alter table workspaces add column generations integer not null default 1;
alter table workspaces add column paused_hourly_usd text;
