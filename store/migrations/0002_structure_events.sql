-- What happened, in the words that the canvas reads (facts/wire.md 1.8). Rows are only ever added.
-- `seq` is given under a lock of the workspace, so that within one workspace the order of seq is the order of commit:
-- a reader who has seen n will never find a smaller one later. Runs on an empty database.

create table structure_events (
  seq bigint primary key,
  id uuid not null unique,
  event_type text not null,
  workspace_id uuid not null,
  agent_id text,
  target_id text,
  payload jsonb not null default '{}',
  created_at timestamptz not null default now()
);

create sequence structure_events_seq owned by structure_events.seq;
create index structure_events_by_workspace on structure_events (workspace_id, seq);

create function structure_events_number() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(new.workspace_id::text, 0));
  new.seq := nextval('structure_events_seq');
  return new;
end $$;

create trigger structure_events_number before insert on structure_events
  for each row execute function structure_events_number();

create function structure_events_notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('structure_events', new.workspace_id::text);
  return null;
end $$;

create trigger structure_events_notify after insert on structure_events
  for each row execute function structure_events_notify();
