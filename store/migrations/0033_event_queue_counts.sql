-- What became of the messages of the event queue, for an operator to see. Additive: runs on a database in use.

create table event_queue_counts (
  region text not null,
  -- told = passed on to a workspace; ignored = of a machine that is none of ours, or is on its way out; other = of no interest;
  -- set_aside = not understood.
  outcome text not null check (outcome in ('told', 'ignored', 'other', 'set_aside')),
  total bigint not null,
  last_at timestamptz not null,
  primary key (region, outcome)
);

create index messages_set_aside_newest on messages_set_aside (set_aside_at desc);
