-- What processes measured in a few seconds each: how many events had a latency in each of 176 buckets, and how many pairs were made.
create table parking.latencies (
  at       timestamptz not null default now(),
  pairing  integer[] not null,
  summary  integer[] not null,
  pairs    integer not null
);

create index latencies_by_time on parking.latencies (at);
