-- Who may move the mouse. The displayControl workflow decides; this row says what it decided, guarded by fence and version, and is
-- all that a permit and the display proxy look at. Additive: runs on a database in use.

create table control_locks (
  workspace_id uuid primary key references workspaces (id),
  version bigint not null default 0,
  fence bigint not null default 0,
  generation integer not null default 0,
  controller text not null default 'none' check (controller in ('none', 'agent', 'user')),
  -- In the words of the audit; never shown to others as it is.
  holder text check ((controller = 'none') = (holder is null)),
  ttl_seconds integer not null default 300,
  granted_at timestamptz,
  -- The holder's sign of life: a lease is renewed here, and never by a message to the workflow.
  last_seen timestamptz,
  expires_at timestamptz,
  pending_request uuid,
  pending_by text,
  pending_ttl_seconds integer,
  pending_generation integer,
  pending_since timestamptz,
  pending_deadline timestamptz,
  parked_reason text,
  parked_by text,
  parked_until timestamptz,
  agent_paused boolean not null default false,
  -- Until then the last permit of an agent that lost control may be in use: no person is granted it before.
  permits_end_at timestamptz,
  -- The operation that takes the machine away: while the workspace is in its hands nothing is granted.
  revoked_operation uuid,
  -- Of what the last write said: a repeat of it is told apart from another one of the same version.
  last_write text
) with (fillfactor = 50);

-- Renewals are nobody's news.
create function control_locks_notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('control_locks', new.workspace_id::text);
  return null;
end $$;

create trigger control_locks_notify after update on control_locks for each row
  when (old.version is distinct from new.version or old.revoked_operation is distinct from new.revoked_operation)
  execute function control_locks_notify();

-- What was asked of a lock and what came of it. Each row holds the hash of the one before it, and the head stands apart: a row that
-- is changed, or missing, at the end too, shows.
create table control_audit (
  workspace_id uuid not null,
  seq bigint not null,
  id uuid not null unique,
  at timestamptz not null default clock_timestamp(),
  tenant_id text not null,
  verb text not null,
  stage text not null,
  actor text not null,
  fence bigint not null,
  generation integer not null,
  because text,
  request_id uuid,
  duration_ms bigint,
  -- The run of the workflow that decided; null where the API refused by itself.
  run_id text,
  prev_hash text not null,
  hash text not null,
  primary key (workspace_id, seq)
);

create table control_audit_heads (
  workspace_id uuid primary key,
  seq bigint not null,
  hash text not null
);

create function control_audit_hash(line control_audit) returns text language sql stable as $$
  select encode(sha256(convert_to(jsonb_build_array(
    line.workspace_id, line.seq, line.id, extract(epoch from line.at)::text, line.tenant_id, line.verb, line.stage, line.actor,
    line.fence, line.generation, line.because, line.request_id, line.duration_ms, line.run_id, line.prev_hash)::text, 'UTF8')), 'hex')
$$;

create function control_audit_chain() returns trigger language plpgsql as $$
declare
  head control_audit_heads;
begin
  insert into control_audit_heads values (new.workspace_id, 0, '') on conflict do nothing;
  select * into head from control_audit_heads where workspace_id = new.workspace_id for update;
  new.seq := head.seq + 1;
  new.prev_hash := head.hash;
  new.hash := control_audit_hash(new);
  update control_audit_heads set seq = new.seq, hash = new.hash where workspace_id = new.workspace_id;
  return new;
end $$;

create trigger control_audit_chain before insert on control_audit for each row execute function control_audit_chain();
