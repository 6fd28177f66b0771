-- Loses: nothing but the functions; the extensions go too where this migration brought them.
set local lock_timeout = '3s';

drop function reeve.touch_updated_at();
drop function reeve.is_operator();
drop function reeve.user_id();
drop function reeve.actor();
drop function reeve.tenant_id();
drop function reeve.set_context(uuid, jsonb);
drop function reeve.uuid_v7();

do $$
declare
  ours text;
begin
  for ours in
    select e.extname from pg_extension e join pg_namespace n on n.oid = e.extnamespace
    where n.nspname = 'reeve' and e.extname in ('pg_trgm', 'btree_gin')
  loop
    execute format('drop extension %I', ours);
  end loop;
end $$;

drop schema reeve;
alter default privileges grant execute on functions to public;
