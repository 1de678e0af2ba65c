-- What the cloud takes away, as readers see it, and messages of the event queue that nobody understood.
-- Additive: runs on a database in use.

alter table workspaces add column interruption jsonb;

create table messages_set_aside (
  message_id text primary key,
  body text not null,
  because text not null,
  set_aside_at timestamptz not null default now()
);
