-- Who watches a desktop by an org token is told that it is revoked, like one whose session is: not found at the next look.
-- Additive: runs on a database in use.

create index display_sessions_of_actor on display_sessions (tenant_id, actor) where closed_at is null;

create function org_api_tokens_notify() returns trigger language plpgsql as $$
begin
  perform pg_notify('display_sessions', workspace_id::text)
  from (select distinct workspace_id from display_sessions
        where tenant_id = new.tenant_id and actor = 'org-token:' || new.prefix and closed_at is null) as watched;
  return null;
end $$;

create trigger org_api_tokens_notify after update on org_api_tokens for each row
  when (old.revoked_at is null and new.revoked_at is not null)
  execute function org_api_tokens_notify();
