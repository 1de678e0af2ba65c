-- Restore points of spot workspaces on a schedule, and what a recommendation to leave a machine led to.
-- Additive: runs on a database in use.

alter table workspaces
  -- Null = the platform's usual time, 0 = none.
  add column checkpoint_every_minutes integer,
  -- Since when its home may change: of a pause the end, of a restart nothing.
  add column serving_since timestamptz,
  add column rebalance jsonb;

update workspaces set serving_since = online_since where status = 'online';

create index workspaces_spot on workspaces (id) where status = 'online' and compute ->> 'market' = 'spot';
