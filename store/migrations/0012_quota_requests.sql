-- The last request for a higher quota, as AWS last told it; who follows it is the workflow quota-increase/{region}/{code}.
-- Additive: runs on a database in use.

create table quota_requests (
  region text not null,
  code text not null,
  request_id text not null,
  desired_vcpus bigint not null,
  status text not null,
  requested_at timestamptz not null,
  seen_at timestamptz not null default now(),
  primary key (region, code)
);
