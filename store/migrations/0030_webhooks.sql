-- A webhook per tenant, and the outbox of what it is sent. Additive: runs on a database in use.

create table webhooks (
  id uuid primary key,
  tenant_id text not null unique,
  url text not null,
  -- Types of events, 'interruption', 'failure', or '*' (webhook_topics).
  event_types text[] not null,
  enabled boolean not null default true,
  disabled_because text,
  -- The secret follows from id and version (credentials/webhookSecret.ts); the one before is good until then.
  secret_version integer not null default 1,
  previous_secret_until timestamptz,
  -- Failed attempts since the last that succeeded, and when the first of them was.
  failures integer not null default 0,
  failing_since timestamptz,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- One row per event and webhook. `id` is the webhook-id header: it follows from both, so that a receiver can drop repeats.
-- No foreign key: its lock on the webhook's row would let a claim hold up whoever writes an event, and a delete fail them.
create table webhook_deliveries (
  id uuid primary key,
  position bigint generated always as identity,
  webhook_id uuid not null,
  event_id uuid not null,
  -- Null = a test, which is no event of a workspace.
  seq bigint,
  event_type text not null,
  workspace_id uuid,
  payload jsonb not null,
  occurred_at timestamptz not null,
  state text not null default 'pending' check (state in ('pending', 'delivered', 'failed')),
  attempts integer not null default 0,
  first_attempt_at timestamptz,
  last_attempt_at timestamptz,
  next_attempt_at timestamptz not null default now(),
  -- A worker sends it; one that is killed meanwhile leaves it to the next from then on.
  claimed_until timestamptz,
  last_status integer,
  -- {code, context} of the last attempt that failed, and how its answer's body began.
  failure jsonb,
  response text,
  settled_at timestamptz,
  redelivered_at timestamptz
);

create index webhook_deliveries_due on webhook_deliveries (webhook_id, position) where state = 'pending';
-- What a workspace's next one waits for, and what is under way: neither is to be found by reading a backlog through.
create index webhook_deliveries_waiting on webhook_deliveries (webhook_id, workspace_id, position) where state = 'pending';
create index webhook_deliveries_claimed on webhook_deliveries (webhook_id) where state = 'pending' and claimed_until is not null;
create index webhook_deliveries_newest on webhook_deliveries (webhook_id, position desc);
create index webhook_deliveries_settled on webhook_deliveries (settled_at) where state <> 'pending';

-- What an event can be subscribed to by: its type, everything, and the two that most ask for.
create function webhook_topics(event_type text, payload jsonb) returns text[] language sql immutable as $$
  select array['*', event_type]
    || case when payload ? 'interruption' or event_type like 'WORKSPACE\_REBALANCE\_%' then array['interruption'] else '{}' end
    || case when event_type like 'WORKSPACE\_%FAILED' or event_type = 'WORKSPACE_MACHINE_ENDED' then array['failure'] else '{}' end
$$;

-- With the event or not at all: whoever commits one has put it into the outbox.
create function webhook_deliveries_enqueue() returns trigger language plpgsql as $$
begin
  insert into webhook_deliveries (id, webhook_id, event_id, seq, event_type, workspace_id, payload, occurred_at)
  select md5(added.id::text || '/' || h.id::text)::uuid, h.id, added.id, added.seq, added.event_type, added.workspace_id,
    added.payload, added.created_at
  from added join workspaces w on w.id = added.workspace_id join webhooks h on h.tenant_id = w.tenant_id
  where h.enabled and h.event_types && webhook_topics(added.event_type, added.payload)
  order by added.seq
  on conflict (id) do nothing;
  return null;
end $$;

create trigger structure_events_enqueue after insert on structure_events referencing new table as added
  for each statement execute function webhook_deliveries_enqueue();

create function webhook_deliveries_notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('webhook_deliveries', '');
  return null;
end $$;

create trigger webhook_deliveries_notify after insert or update of redelivered_at on webhook_deliveries for each row
  execute function webhook_deliveries_notify();
