-- Who uses a workspace, and which one it belongs to. Additive: runs on a database in use.

alter table workspaces
  add column auto_pause jsonb,
  add column parent_id uuid references workspaces (id),
  add column online_since timestamptz,
  add column last_activity_at timestamptz,
  add column last_activity_kind text,
  add column last_activity_by text,
  -- The end of the longest lease.
  add column active_until timestamptz,
  -- Found idle: until then no lease begins.
  add column idle_claimed_until timestamptz;

update workspaces set online_since = updated_at where status = 'online';

create index workspaces_auto_pause on workspaces (id) where status = 'online' and auto_pause is not null;
create index workspaces_by_parent on workspaces (parent_id) where parent_id is not null;

create table activity_leases (
  id uuid primary key,
  workspace_id uuid not null references workspaces (id),
  kind text not null,
  holder text not null,
  began_at timestamptz not null default now(),
  expires_at timestamptz not null,
  ended_at timestamptz
);

create index activity_leases_live on activity_leases (workspace_id, expires_at) where ended_at is null;
