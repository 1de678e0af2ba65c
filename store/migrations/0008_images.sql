-- The registry of images, what was launched to try them, and what tenants' own images were when they first booted (R36, R39).
-- Additive: runs on a database in use.

create table image_variants (
  region text not null,
  -- 'ubuntu/24.04/x86_64', with '/gpu' and '/desktop' where it is for those.
  variant text not null,
  -- Nothing newer is tried until an operator resumes it.
  halted_at timestamptz,
  halt_reason text,
  check ((halted_at is null) = (halt_reason is null)),
  primary key (region, variant)
);

create table images (
  region text not null,
  variant text not null,
  image_id text not null,
  root_device text not null,
  digest text not null,
  owner text not null,
  name text not null,
  source text not null,
  browser_version text,
  -- When its owner made it.
  created_at timestamptz not null,
  status text not null check (status in ('canary', 'current', 'previous', 'rejected', 'retired')),
  reason text,
  found_at timestamptz not null default now(),
  changed_at timestamptz not null default now(),
  primary key (region, variant, image_id),
  foreign key (region, variant) references image_variants (region, variant),
  -- Looked at when the transaction ends, as two images change places in it.
  constraint images_one_of_each exclude using btree (region with =, variant with =, status with =)
    where (status in ('canary', 'current', 'previous')) deferrable initially deferred
);

-- Intents of canary machines, as those of workspaces in `launches`: written before RunInstances, replayed byte for byte.
create table image_canaries (
  -- The run of the refresh that tries it.
  run_id text not null,
  variant text not null,
  attempt integer not null,
  region text not null,
  image_id text not null,
  client_token text not null unique,
  request jsonb not null,
  requested_at timestamptz not null default now(),
  progress text not null default 'requested' check (progress in ('requested', 'launched', 'refused', 'ended')),
  instance_id text unique,
  launched_at timestamptz,
  ended_at timestamptz,
  primary key (run_id, variant, attempt)
);

create index image_canaries_open on image_canaries (region) where progress in ('requested', 'launched');

create table custom_images (
  tenant_id text not null,
  image_id text not null,
  digest text not null,
  -- Who tries it: as long as that generation holds its reservation, nobody else does.
  trial_workspace_id uuid not null,
  trial_generation integer not null,
  -- When a machine launched from it registered; from then on `digest` is what it has to be.
  proven_at timestamptz,
  primary key (tenant_id, image_id)
);

create index custom_images_by_trial on custom_images (trial_workspace_id) where proven_at is null;
