-- Display sessions: who may see or drive a desktop through the proxy, from the ticket to the end of the connection.
-- Additive: runs on a database in use.

create table display_sessions (
  id uuid primary key,
  -- Never the ticket itself (credentials/displayCredential.ts).
  ticket_hash bytea not null unique,
  workspace_id uuid not null references workspaces (id),
  tenant_id text not null,
  actor text not null,
  role text not null check (role in ('view', 'control')),
  generation integer not null,
  -- Of the lock that a session with control was given under; input under another one is dropped.
  fence bigint,
  minted_at timestamptz not null default now(),
  ticket_expires_at timestamptz not null,
  consumed_at timestamptz,
  opened_at timestamptz,
  revoked_at timestamptz,
  closed_at timestamptz,
  close_reason text
);

create index display_sessions_of_workspace on display_sessions (workspace_id) where closed_at is null;

-- Each API process looks whether one of those that it serves is meant.
create function display_sessions_notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('display_sessions', new.workspace_id::text);
  return null;
end $$;

create trigger display_sessions_notify after update on display_sessions for each row
  when (old.revoked_at is null and new.revoked_at is not null)
  execute function display_sessions_notify();
