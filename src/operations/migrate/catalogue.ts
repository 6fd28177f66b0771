/**
 * Questions to the catalogue, one for each kind of object: name and definition of everything that is ours.
 * Not ours are the system's schemas, what extensions brought, and the migrator's own history.
 */
export const catalogue: Readonly<Record<string, string>> = {
  schema: `
    select format('%I', nspname) as name, '' as definition
      from pg_namespace n
     where ${ours('nspname')} and ${made('pg_namespace', 'n.oid')}`,

  extension: `
    select extname, format('%s in %I', extversion, n.nspname)
      from pg_extension e join pg_namespace n on n.oid = e.extnamespace`,

  relation: `
    select format('%I.%I', nspname, relname),
           concat_ws(', ',
             case relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view'
                          when 'm' then 'materialized view' when 'f' then 'foreign table' else relkind::text end,
             case relpersistence when 'u' then 'unlogged' end,
             case when relrowsecurity then 'row security' end,
             case when relforcerowsecurity then 'forced row security' end,
             case when relreplident <> 'd' then 'replica identity ' || relreplident::text end,
             'partition by ' || pg_get_partkeydef(c.oid),
             (select string_agg('of ' || inhparent::regclass::text, ' ' order by inhseqno)
                from pg_inherits where inhrelid = c.oid),
             pg_get_expr(relpartbound, c.oid),
             array_to_string(reloptions, ' '),
             case when relkind in ('v', 'm') then pg_get_viewdef(c.oid) end)
      from pg_class c join pg_namespace n on n.oid = relnamespace
     where relkind in ('r', 'p', 'v', 'm', 'f') and ${ours('nspname')} and ${made('pg_class', 'c.oid')}`,

  column: `
    select format('%I.%I.%I', nspname, relname, attname),
           concat_ws(' ', format_type(atttypid, atttypmod),
             case when attcollation <> t.typcollation then 'collate ' || attcollation::regcollation::text end,
             case when attnotnull then 'not null' end,
             case attidentity when 'a' then 'identity always' when 'd' then 'identity by default' end,
             case attgenerated when 's' then 'stored' when 'v' then 'virtual' end,
             'default ' || pg_get_expr(adbin, adrelid),
             case when attstorage <> t.typstorage then 'storage ' || attstorage::text end,
             array_to_string(attoptions, ' '))
      from pg_attribute a
      join pg_class c on c.oid = attrelid
      join pg_namespace n on n.oid = relnamespace
      join pg_type t on t.oid = atttypid
      left join pg_attrdef on adrelid = attrelid and adnum = attnum
     where attnum > 0 and not attisdropped and relkind in ('r', 'p', 'v', 'm', 'f', 'c')
       and ${ours('nspname')} and ${made('pg_class', 'c.oid')}`,

  constraint: `
    select format('%I on %s', conname, coalesce(nullif(conrelid, 0)::regclass::text, contypid::regtype::text)),
           concat_ws(' ', pg_get_constraintdef(k.oid), case when not convalidated then 'not validated' end)
      from pg_constraint k join pg_namespace n on n.oid = connamespace
     where ${ours('nspname')} and ${made('pg_class', 'conrelid')} and ${made('pg_type', 'contypid')}`,

  index: `
    select i.indexrelid::regclass::text,
           concat_ws(', ', pg_get_indexdef(i.indexrelid), array_to_string(x.reloptions, ' '),
             case when not indisvalid then 'invalid' end,
             case when indisclustered then 'clustered' end,
             case when indisreplident then 'replica identity' end)
      from pg_index i
      join pg_class x on x.oid = i.indexrelid
      join pg_namespace n on n.oid = x.relnamespace
     where ${ours('nspname')} and ${made('pg_class', 'indrelid')}`,

  policy: `
    select format('%I on %s', polname, polrelid::regclass),
           concat_ws(' ', case when polpermissive then 'permissive' else 'restrictive' end, polcmd,
             'to ' || (select string_agg(coalesce(rolname, 'public'), ', ' order by rolname)
                         from unnest(polroles) as role left join pg_roles r on r.oid = role),
             'using ' || pg_get_expr(polqual, polrelid),
             'check ' || pg_get_expr(polwithcheck, polrelid))
      from pg_policy`,

  trigger: `
    select format('%I on %s', tgname, tgrelid::regclass),
           concat_ws(', ', pg_get_triggerdef(t.oid), case when tgenabled <> 'O' then 'enabled ' || tgenabled::text end)
      from pg_trigger t
     where not tgisinternal and ${made('pg_class', 'tgrelid')}`,

  rule: `
    select format('%I on %s', rulename, ev_class::regclass),
           concat_ws(', ', pg_get_ruledef(r.oid), case when ev_enabled <> 'O' then 'enabled ' || ev_enabled::text end)
      from pg_rewrite r join pg_class c on c.oid = ev_class join pg_namespace n on n.oid = relnamespace
     where rulename <> '_RETURN' and ${ours('nspname')} and ${made('pg_class', 'ev_class')}`,

  function: `
    select p.oid::regprocedure::text,
           case when prokind <> 'a' then pg_get_functiondef(p.oid)
                else (select to_jsonb(g) - 'aggfnoid' from pg_aggregate g where aggfnoid = p.oid)::text end
      from pg_proc p join pg_namespace n on n.oid = pronamespace
     where ${ours('nspname')} and ${made('pg_proc', 'p.oid')}`,

  type: `
    select t.oid::regtype::text,
           concat_ws(' ', typtype,
             (select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder)
                from pg_enum where enumtypid = t.oid),
             case when typtype = 'd' then format_type(typbasetype, typtypmod) end,
             case when typnotnull then 'not null' end,
             'default ' || typdefault,
             (select 'over ' || rngsubtype::regtype::text from pg_range where rngtypid = t.oid))
      from pg_type t join pg_namespace n on n.oid = typnamespace left join pg_class c on c.oid = typrelid
     where typelem = 0 and (typrelid = 0 or relkind = 'c') and ${ours('nspname')} and ${made('pg_type', 't.oid')}`,

  sequence: `
    select seqrelid::regclass::text,
           concat_ws(' ', seqtypid::regtype, 'start', seqstart, 'by', seqincrement, 'from', seqmin, 'to', seqmax,
             'cache', seqcache, case when seqcycle then 'cycle' end,
             (select format('owned by %s.%I', refobjid::regclass, attname)
                from pg_depend join pg_attribute on attrelid = refobjid and attnum = refobjsubid
               where classid = 'pg_class'::regclass and objid = seqrelid and deptype in ('a', 'i')))
      from pg_sequence join pg_class c on c.oid = seqrelid join pg_namespace n on n.oid = relnamespace
     where ${ours('nspname')} and ${made('pg_class', 'c.oid')}`,

  statistics: `
    select format('%I.%I', nspname, stxname), pg_get_statisticsobjdef(s.oid)
      from pg_statistic_ext s join pg_namespace n on n.oid = stxnamespace
     where ${ours('nspname')}`,

  'event trigger': `
    select evtname, concat_ws(' ', evtevent, evtenabled, evttags, evtfoid::regprocedure)
      from pg_event_trigger e
     where ${made('pg_event_trigger', 'e.oid')}`,

  publication: `
    select pubname,
           concat_ws(' ', to_jsonb(p) - 'oid' - 'pubowner',
             (select string_agg(format('%I.%I', schemaname, tablename), ', ' order by schemaname, tablename)
                from pg_publication_tables t where t.pubname = p.pubname))
      from pg_publication p`,

  owner: `
    select 'relation ' || c.oid::regclass::text, pg_get_userbyid(relowner)
      from pg_class c join pg_namespace n on n.oid = relnamespace
     where relkind in ('r', 'p', 'v', 'm', 'f', 'S') and ${ours('nspname')} and ${made('pg_class', 'c.oid')}
     union all
    select 'function ' || p.oid::regprocedure::text, pg_get_userbyid(proowner)
      from pg_proc p join pg_namespace n on n.oid = pronamespace
     where ${ours('nspname')} and ${made('pg_proc', 'p.oid')}
     union all
    select 'type ' || t.oid::regtype::text, pg_get_userbyid(typowner)
      from pg_type t join pg_namespace n on n.oid = typnamespace left join pg_class c on c.oid = typrelid
     where typelem = 0 and (typrelid = 0 or relkind = 'c') and ${ours('nspname')} and ${made('pg_type', 't.oid')}
     union all
    select format('schema %I', nspname), pg_get_userbyid(nspowner)
      from pg_namespace n where ${ours('nspname')} and ${made('pg_namespace', 'n.oid')}
     union all
    select 'extension ' || extname, pg_get_userbyid(extowner) from pg_extension
     union all
    select 'publication ' || pubname, pg_get_userbyid(pubowner) from pg_publication
     union all
    select 'event trigger ' || evtname, pg_get_userbyid(evtowner)
      from pg_event_trigger e where ${made('pg_event_trigger', 'e.oid')}`,

  comment: `
    select type || ' ' || identity, description
      from pg_description d, pg_identify_object(classoid, objoid, objsubid) o
     where (objoid >= 16384 or (classoid = 'pg_namespace'::regclass and objoid = 'public'::regnamespace))
       and classoid not in ('pg_extension'::regclass, 'pg_largeobject'::regclass)
       and (o.schema is null or ${ours('o.schema')}) and ${made('d.classoid', 'd.objoid')}`,

  grant: `
    with granted (object, acl) as (
      select case relkind when 'S' then 'sequence ' else 'relation ' end || c.oid::regclass::text,
             coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))
        from pg_class c join pg_namespace n on n.oid = relnamespace
       where relkind in ('r', 'p', 'v', 'm', 'f', 'S') and ${ours('nspname')} and ${made('pg_class', 'c.oid')}
       union all
      select format('column %s.%I', attrelid::regclass, attname), attacl
        from pg_attribute join pg_class c on c.oid = attrelid join pg_namespace n on n.oid = relnamespace
       where attacl is not null and not attisdropped and ${ours('nspname')} and ${made('pg_class', 'c.oid')}
       union all
      select 'function ' || p.oid::regprocedure::text, coalesce(proacl, acldefault('f', proowner))
        from pg_proc p join pg_namespace n on n.oid = pronamespace
       where ${ours('nspname')} and ${made('pg_proc', 'p.oid')}
       union all
      select 'type ' || t.oid::regtype::text, coalesce(typacl, acldefault('T', typowner))
        from pg_type t join pg_namespace n on n.oid = typnamespace left join pg_class c on c.oid = typrelid
       where typelem = 0 and (typrelid = 0 or relkind = 'c') and ${ours('nspname')} and ${made('pg_type', 't.oid')}
       union all
      select format('schema %I', nspname), coalesce(nspacl, acldefault('n', nspowner))
        from pg_namespace n where ${ours('nspname')} and ${made('pg_namespace', 'n.oid')}
       union all
      select 'database', coalesce(datacl, acldefault('d', datdba))
        from pg_database where datname = current_database()
    )
    select format('%s to %s', object, coalesce(rolname, 'public')),
           string_agg(privilege_type || case when is_grantable then ' with grant option' else '' end, ', '
                      order by privilege_type)
      from granted, aclexplode(acl) left join pg_roles r on r.oid = grantee
     group by object, rolname`,

  'default grant': `
    select format('%s by %s in %s', defaclobjtype, pg_get_userbyid(defaclrole),
                  coalesce(nullif(defaclnamespace, 0)::regnamespace::text, 'any schema')),
           (select string_agg(item::text, ', ' order by item::text) from unnest(defaclacl) item)
      from pg_default_acl`,

  setting: `
    select coalesce(nullif(setrole, 0)::regrole::text, 'everyone'),
           (select string_agg(item, ', ' order by item) from unnest(setconfig) item)
      from pg_db_role_setting
     where setdatabase = (select oid from pg_database where datname = current_database())`,
}

/** Of a schema's name: whether it is not the system's. */
function ours(name: string): string {
  return `${name} !~ '^pg_' and ${name} <> 'information_schema'`
}

/** Of an object: whether migrations made it, rather than an extension or the migrator. */
function made(catalog: string, id: string): string {
  const classId = catalog.includes('.') ? catalog : `'${catalog}'::regclass`
  return `not exists (select from pg_depend x where x.classid = ${classId} and x.objid = ${id} and x.deptype = 'e')
      and ${id} is distinct from to_regclass('public._prisma_migrations')::oid`
}
