create table casino.players (
  id                 bigint primary key,
  email              text not null,
  last_signed_in_at  timestamptz
);

insert into casino.players (id, email, last_signed_in_at) values
  (10, 'john@example.com',  '2022-01-10T12:30:00Z'),
  (11, 'jane@example.com',  '2022-02-02T23:40:00Z'),
  (12, 'bob@example.com',   '2022-02-03T12:10:00Z'),
  (13, 'rick@example.com',  '2022-03-21T08:05:00Z'),
  (14, 'morty@example.com', '2022-03-22T16:45:00Z');
