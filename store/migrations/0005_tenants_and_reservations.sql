-- What a tenant may have, what is reserved for its machines, and what was last seen of the AWS quotas (design, section 5).
-- Additive: runs on a database in use.

create table tenants (
  id text primary key,
  entitlements jsonb not null,
  updated_at timestamptz not null default now()
);

-- One row per generation that was planned: its money and its vCPUs are taken until it is released.
create table reservations (
  workspace_id uuid not null,
  generation integer not null,
  tenant_id text not null,
  region text not null,
  -- Null where no vCPU quota counts the type.
  quota_code text,
  vcpus integer not null,
  hourly_micros bigint not null,
  monthly_micros bigint not null,
  reserved_at timestamptz not null default now(),
  released_at timestamptz,
  primary key (workspace_id, generation)
);

create index reservations_of_tenant on reservations (tenant_id) where released_at is null;
create index reservations_of_quota on reservations (region, quota_code) where released_at is null;

create table quotas (
  region text not null,
  code text not null,
  limit_vcpus integer not null,
  -- Of the account outside of our reservations.
  other_use integer not null,
  measured_at timestamptz not null,
  primary key (region, code)
);
