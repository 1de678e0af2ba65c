-- Until when a machine's answer is waited for: it spends the time on what can be brought to rest, rather than be found still at it.
-- Additive: runs on a database in use.

alter table machine_orders add column deadline timestamptz;
