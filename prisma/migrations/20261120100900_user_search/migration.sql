-- Finding people by a part of their name. LIKE is not leakproof, so under row-level security it may not look into
-- users_search_idx; this function names the tenant itself, reads as the owner, and gives away ids of that tenant alone.
-- Step: expand.

set local lock_timeout = '3s';

-- A trigram is three characters of one word, or two at its beginning or end. So two characters are looked for there
-- (a given name like 小明 is the end of a word), and more of them anywhere; both find the index.
-- What many people have is soon met among the newest, and a small tenant ends there; what few have is in the index.
create function reeve.users_search(q text, active boolean, role uuid, before_id uuid, page integer) returns setof uuid
  language plpgsql stable security definer rows 20
  set search_path = pg_catalog, pg_temp
  set plan_cache_mode = force_custom_plan
as $$
declare
  newest   constant integer := 2000;
  tenant   uuid := reeve.tenant_id();
  literal  text := replace(replace(replace(lower(q), '\', '\\'), '%', '\%'), '_', '\_');
  patterns text[];
  met      uuid[];
  read     integer;
begin
  if char_length(q) not between 2 and 255 or page not between 1 and 1000 then
    raise exception 'a search has 2 to 255 characters and asks for 1 to 1000 people' using errcode = '22023';
  end if;
  if char_length(q) = 2 then
    patterns := array[literal || '%', '% ' || literal || '%', '%' || literal || ' %', '%' || literal];
  else
    patterns := array['%' || literal || '%'];
  end if;

  with nearest as materialized (
    select u.id, u.is_active, u.search from public.users u
    where u.tenant_id = tenant and u.id < before_id
    order by u.id desc
    limit newest
  )
  select
    array(
      select n.id from nearest n
      where n.search like any (patterns)
        and (active is null or n.is_active = active)
        and (role is null or exists (
          select from public.user_roles ur
          where ur.tenant_id = tenant and ur.role_id = role and ur.user_id = n.id
        ))
      order by n.id desc
      limit page
    ),
    (select count(*) from nearest)
  into met, read;
  if cardinality(met) = page or read < newest then
    return query select * from unnest(met);
    return;
  end if;

  -- "offset 0" keeps the order out of the plan: walking everybody in the hope of an early page can take very long.
  return query
    select matching.id from (
      select u.id from public.users u
      where u.tenant_id = tenant and u.id < before_id
        and u.search like any (patterns)
        and (active is null or u.is_active = active)
        and (role is null or exists (
          select from public.user_roles ur
          where ur.tenant_id = tenant and ur.role_id = role and ur.user_id = u.id
        ))
      offset 0
    ) as matching
    order by matching.id desc
    limit page;
end
$$;
comment on function reeve.users_search(text, boolean, uuid, uuid, integer) is
  'Ids of the declared tenant''s people with q in name, user name or address, the newest first, before an id.';

grant execute on function reeve.users_search(text, boolean, uuid, uuid, integer) to reeve_app, reeve_readonly;
