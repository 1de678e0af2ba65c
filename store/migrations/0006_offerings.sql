-- Where AWS had no capacity lately: such candidates are tried last, for longer each time (facts/ec2.md 1.11).
-- Additive: runs on a database in use.

create table offering_failures (
  region text not null,
  instance_type text not null,
  zone text not null,
  market text not null,
  failures integer not null,
  last_failed_at timestamptz not null default now(),
  avoid_until timestamptz not null,
  primary key (region, instance_type, zone, market)
);
