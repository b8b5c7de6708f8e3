create schema if not exists ops;

-- No cache: of two commits of which one follows the other, the later one has the greater numbers.
create sequence ops.outbox_number;

create table ops.outbox (
  number      bigint not null default nextval('ops.outbox_number'),
  system      text not null,
  subject     text not null,
  key         text not null,
  event_id    text not null,
  payload     bytea not null,
  headers     jsonb not null,
  created_at  timestamptz not null default now()
) partition by range (created_at);

alter sequence ops.outbox_number owned by ops.outbox.number;

create index outbox_next on ops.outbox (system, number);

-- Takes events of days that have no partition: a commit never fails for want of one. The relay makes those of the days.
create table ops.outbox_rest partition of ops.outbox default;
