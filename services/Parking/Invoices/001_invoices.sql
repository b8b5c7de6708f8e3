-- Visits that were looked at: the last version, and the invoice that stands. A row is locked while its visit's documents are issued.
create table parking.invoiced_visits (
  visit_id  text collate "C" primary key,
  version   integer not null default 0,
  invoice   text collate "C"
) with (fillfactor = 85);

-- The last number of each year. Its row is locked from the taking of numbers to the commit, so that a rollback leaves no gap.
create table parking.invoice_numbers (
  year  integer primary key,
  last  bigint not null
);

-- Invoices and credit notes. None is changed after its issue but for what became of it.
create table parking.invoices (
  number         text collate "C" primary key,
  year           integer not null,
  sequence       bigint not null,

  -- invoice or credit_note
  kind           text not null,

  -- The version of the visit that caused it.
  visit_id       text collate "C" not null,
  visit_version  integer not null,
  plate          text collate "C" not null,
  entry_at       timestamptz not null,
  exit_at        timestamptz not null,

  -- In the smallest unit of the currency; less than 0 on a credit note.
  amount         bigint not null,
  currency       text not null,
  issued_at      timestamptz not null,

  -- Of a credit note, the invoice that it cancels; of an invoice, the credit note that cancels it.
  credits        text collate "C",
  credited_by    text collate "C",

  -- no_owner, sending, sent or refused. Credited or not, each is sent once.
  mail           text not null,
  sent_at        timestamptz,
  sent_to        text,

  -- What people ask for.
  state          text not null generated always as (case when credited_by is null then mail else 'credited' end) stored,
  unique (year, sequence),
  unique (visit_id, visit_version, kind)
);

create index invoices_by_plate on parking.invoices (plate, year, sequence);

create index invoices_by_state on parking.invoices (state, year, sequence);

-- The owners of vehicles.
create table parking.owners (
  plate       text collate "C" primary key,
  email       text not null,
  updated_at  timestamptz not null default now()
);
