-- What AWS has with our tags and no owner, as the look for it saw it: whoever is ended has been seen twice, a grace apart.
-- Additive: runs on a database in use.

create table orphans (
  resource_id text primary key,
  region text not null,
  kind text not null check (kind in ('instance', 'volume', 'snapshot')),
  -- As its tag says; not always a workspace of ours.
  workspace_id text,
  why text not null,
  -- The records prove that we made it, and that nobody is to have it.
  may_end boolean not null,
  first_seen_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  looks integer not null default 1,
  -- Ended by us, or not there any more, or owned again.
  ended_at timestamptz,
  outcome text
);

create index orphans_open on orphans (region, first_seen_at) where ended_at is null;
