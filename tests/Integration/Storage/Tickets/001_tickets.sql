create schema if not exists tests;

-- Stricter than the kind's own rules, so that Postgres has something to refuse.
create table tests.tickets (
  id         bigint primary key,
  seat       text not null unique deferrable initially deferred,
  price      integer check (price <> 13),
  digest     uuid not null,
  trace_id   text,
  stored_at  timestamptz not null default now()
);
