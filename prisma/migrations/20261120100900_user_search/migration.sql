-- Finding people by a part of their name. LIKE is not leakproof, so under row-level security it may not look into
-- users_search_idx; this function declares the tenant itself, as the owner, and gives away nothing but ids of that tenant.
-- Step: expand.

set local lock_timeout = '3s';

-- A trigram is three characters of one word, or two at the beginning or end of a word with the space beside them. So two
-- characters are looked for there (the given name in 王小明 is a word's end), and more anywhere; each finds the index.
create function reeve.users_search(q text, active boolean, role uuid, before_id uuid, page integer) returns setof uuid
  language plpgsql stable security definer rows 20
  set search_path = pg_catalog, public, reeve, pg_temp
  set plan_cache_mode = force_custom_plan
as $$
declare
  tenant  uuid := reeve.tenant_id();
  literal text := replace(replace(replace(lower(btrim(q)), '\', '\\'), '%', '\%'), '_', '\_');
begin
  if char_length(btrim(q)) not between 2 and 255 or page not between 1 and 1000 then
    raise exception 'a search needs 2 to 255 characters and asks for 1 to 1000 people' using errcode = '22023';
  end if;
  if char_length(btrim(q)) = 2 then
    return query
      select u.id from public.users u
      where u.tenant_id = tenant and u.id < before_id
        and (u.search like literal || '%' or u.search like '% ' || literal || '%'
             or u.search like '%' || literal || ' %' or u.search like '%' || literal)
        and (active is null or u.is_active = active)
        and (role is null or exists (
          select from public.user_roles ur
          where ur.tenant_id = tenant and ur.role_id = role and ur.user_id = u.id
        ))
      order by u.id desc
      limit page;
  else
    return query
      select u.id from public.users u
      where u.tenant_id = tenant and u.id < before_id
        and u.search like '%' || literal || '%'
        and (active is null or u.is_active = active)
        and (role is null or exists (
          select from public.user_roles ur
          where ur.tenant_id = tenant and ur.role_id = role and ur.user_id = u.id
        ))
      order by u.id desc
      limit page;
  end if;
end
$$;
comment on function reeve.users_search(text, boolean, uuid, uuid, integer) is
  'Ids of the declared tenant''s people with q in name, user name or address, the newest first, before an id.';

grant execute on function reeve.users_search(text, boolean, uuid, uuid, integer) to reeve_app, reeve_readonly;
