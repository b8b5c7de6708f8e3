create table tolls.passages (
  id     text primary key,
  plate  text not null,
  cents  integer not null
);

create table tolls.accounts (
  plate  text primary key,
  due    integer not null
);

create table tolls.ledger (
  id     text primary key,
  plate  text not null,
  cents  integer not null
);
