-- An operator can open a discarded letter again, and send other content than the letter has.
alter table ops.dead_letter_actions drop constraint dead_letter_actions_action_check;
alter table ops.dead_letter_actions
  add constraint dead_letter_actions_action_check check (action in ('replayed', 'discarded', 'restored', 'reopened')),
  add column payload bytea;

-- Keeping a letter again changes last_at; an operator who restores it does not.
drop trigger dead_letters_reopened on ops.dead_letters;
create trigger dead_letters_reopened after update of state on ops.dead_letters
  for each row when (old.state <> 'open' and new.state = 'open' and new.last_at <> old.last_at)
  execute function ops.audit_reopened_dead_letter();

-- A replay of many letters, over the set of one moment.
create table ops.replays (
  id           bigint generated always as identity primary key,
  filter       jsonb not null,
  rate         integer not null check (rate > 0),
  who          text not null,
  state        text not null default 'running' check (state in ('running', 'finished')),
  total        bigint not null default 0,
  done         bigint not null default 0,
  failed       bigint not null default 0,
  skipped      bigint not null default 0,
  next_at      timestamptz not null default now(),
  created_at   timestamptz not null default now(),
  finished_at  timestamptz
);

create index replays_next on ops.replays (next_at) where state = 'running';

-- The letters that still wait for their turn.
create table ops.replay_letters (
  replay  bigint not null references ops.replays (id) on delete cascade,
  letter  bigint not null,
  primary key (replay, letter)
);

-- Letters of one fingerprint, state and class: the first ones, the latest ones, and how many.
drop index ops.dead_letters_open;
drop index ops.dead_letters_alike;
create index dead_letters_state on ops.dead_letters (state, last_at desc, id desc);
create index dead_letters_groups on ops.dead_letters (fingerprint, state, class, last_at desc, id desc);
create index dead_letters_first on ops.dead_letters (fingerprint, state, class, first_at);
create index dead_letters_key on ops.dead_letters (key);
create index dead_letters_trace on ops.dead_letters (trace_id);

-- What a text is searched in: ASCII in lower case, other bytes and backslashes escaped.
create function ops.dead_letter_text(key text, code text, message text, payload bytea) returns text
  language sql immutable parallel safe
  return lower(encode(
    convert_to(concat_ws(e'\n', key, code, message, ''), 'UTF8') || substring(payload from 1 for 2048), 'escape'));

-- Makes searches fast. Needs the extension pg_trgm, which this role may not be allowed to create; docs/dead-letters.md says what to do then.
create function ops.index_dead_letter_text() returns void language plpgsql as $$
declare
  place text := (select quote_ident(nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace where extname = 'pg_trgm');
begin
  execute format(
    'create index if not exists dead_letters_text on ops.dead_letters
       using gin (ops.dead_letter_text(key, code, message, payload) %s.gin_trgm_ops)', place);
end
$$;

do $$
begin
  create extension if not exists pg_trgm with schema public;
  perform ops.index_dead_letter_text();
exception when insufficient_privilege or undefined_file or feature_not_supported or invalid_schema_name then
  raise notice 'ops.dead_letters has no index for searches: %', sqlerrm;
end
$$;
