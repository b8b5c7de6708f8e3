-- How many events of each system were published. The relay that has the lock counts them.
create table ops.outbox_totals (
  system     text primary key,
  published  bigint not null
) with (fillfactor = 50);
