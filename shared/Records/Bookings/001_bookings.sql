create schema if not exists rides;

create table rides.bookings (
  id                   bigint primary key,
  user_id              bigint not null,
  vehicle_model_id     integer not null,
  package_id           integer,
  travel_type_id       integer not null,
  from_area_id         integer,
  to_area_id           integer,
  from_city_id         integer,
  to_city_id           integer,
  from_date            timestamptz not null,
  to_date              timestamptz,
  online_booking       boolean not null,
  mobile_site_booking  boolean not null,
  booking_created      timestamptz not null,
  from_lat             double precision,
  from_long            double precision,
  to_lat               double precision,
  to_long              double precision,
  car_cancellation     boolean not null,
  digest               uuid not null,
  trace_id             text,
  stored_at            timestamptz not null default now()
);
