-- List prices as they were last read from AWS; where there are none the built-in table counts (design, section 5).
-- Additive: runs on a database in use.

create table prices (
  region text not null,
  -- 'machine/t3.large' per hour, or the name of a rate: 'gp3GbMonth'.
  key text not null,
  usd_micros bigint not null,
  priced_at timestamptz not null,
  primary key (region, key)
);
