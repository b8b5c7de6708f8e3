alter table ops.dead_letters rename column error_code to code;

alter table ops.dead_letters
  add column system      text,
  add column stage       text,
  add column subject     text,
  add column key         text,
  add column class       text,
  add column fingerprint text,
  add column headers     jsonb not null default '{}';

update ops.dead_letters set
  system = 'rides',
  stage = 'store',
  subject = 'rides.ingest.' || kind,
  key = record_id::text,
  class = case
    when code in ('unreadable', 'unknown_kind', 'empty', 'undecodable', 'invalid', 'conflict') then 'poison'
    else 'system'
  end;

-- As Fingerprint.cs computes it.
update ops.dead_letters set fingerprint = encode(substring(sha256(convert_to(concat_ws(e'\n', system, stage, kind, code,
  regexp_replace(
    regexp_replace(
      regexp_replace(left(message, 1000), '"[^"]*"|`[^`]*`|(?<![A-Za-z0-9])''[^'']*''(?![A-Za-z0-9])', '?', 'g'),
      '[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*', '#', 'g'),
    '#([.,:+]#)+', '#', 'g')), 'UTF8')) from 1 for 8), 'hex');

drop index ops.dead_letters_once;
drop index ops.dead_letters_open;

alter table ops.dead_letters
  alter column system set not null,
  alter column stage set not null,
  alter column subject set not null,
  alter column class set not null,
  alter column fingerprint set not null,
  add constraint dead_letters_class_check check (class in ('poison', 'partner', 'system')),
  drop column record_id;

-- No key is empty, so the empty text stands for none: two nulls would count as different.
create unique index dead_letters_once on ops.dead_letters (system, stage, kind, coalesce(key, ''), digest);
create index dead_letters_latest on ops.dead_letters (last_at desc, id desc);
create index dead_letters_open on ops.dead_letters (last_at desc, id desc) where state = 'open';
create index dead_letters_alike on ops.dead_letters (fingerprint);

create table ops.dead_letter_actions (
  id      bigint generated always as identity primary key,
  letter  bigint not null references ops.dead_letters (id) on delete cascade,
  action  text not null check (action in ('replayed', 'discarded', 'reopened')),
  who     text not null,
  at      timestamptz not null default now(),
  note    text
);

create index dead_letter_actions_letter on ops.dead_letter_actions (letter);

-- A stage reopens a letter by keeping it again. Only Postgres knows then whether it was closed.
create function ops.audit_reopened_dead_letter() returns trigger language plpgsql as $$
begin
  insert into ops.dead_letter_actions (letter, action, who, note)
  values (new.id, 'reopened', new.system || '/' || new.stage, new.message);
  return null;
end
$$;

create trigger dead_letters_reopened after update of state on ops.dead_letters
  for each row when (old.state <> 'open' and new.state = 'open')
  execute function ops.audit_reopened_dead_letter();
