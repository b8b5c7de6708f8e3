create schema if not exists rides;

create table rides.rides (
  id                bigint primary key,
  booking_id        bigint,
  user_id           bigint not null,
  driver_id         bigint not null,
  vehicle_model_id  integer,
  status            text not null,
  requested_at      timestamptz not null,
  picked_up_at      timestamptz,
  dropped_off_at    timestamptz,
  from_lat          double precision not null,
  from_long         double precision not null,
  to_lat            double precision,
  to_long           double precision,
  distance_km       double precision,
  fare_amount       bigint,
  currency          text,
  rating            integer,
  digest            uuid not null,
  trace_id          text,
  stored_at         timestamptz not null default now()
);
