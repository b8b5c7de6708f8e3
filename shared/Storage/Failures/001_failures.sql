create schema if not exists ops;

-- Records that senders were refused. Nothing depends on a row: they are written later than the answer, and purged by age and number.
create table ops.failures (
  at        timestamptz not null,
  id        bigint generated always as identity,
  system    text not null,
  kind      text not null,
  key       text,
  sender    text,
  code      text not null,
  reason    text not null,
  trace_id  text,
  primary key (at, id)
);

create index failures_key on ops.failures (key, kind, at, id);
create index failures_sender on ops.failures (sender, at, id);
