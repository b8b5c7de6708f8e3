using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideIngest.Benchmarks.Bookings.Peers;

namespace RideIngest.Benchmarks.Park;

/// <summary>
/// Queues as they are usually written, and lean: an endpoint changes the customer and the ride and inserts both events in one prepared
/// statement, which is one transaction per command. A customer is in one queue at most. No snapshots, no messages, no reads.
/// </summary>
internal static class ParkPeer
{
    private const string Tables =
        """
        create schema peer;
        create table peer.rides (
          id bigint primary key, version int not null, waiting int not null, capacity int not null, ride_time interval not null,
          status text not null, returns_at timestamptz not null) with (fillfactor = 50);
        create table peer.customers (
          id bigint primary key, version int not null, ride_id bigint, queued_at timestamptz, ends_at timestamptz) with (fillfactor = 80);
        create table peer.events (
          root text not null, source_id bigint not null, version int not null, at timestamptz not null, name text not null,
          data jsonb not null, ends_at timestamptz, primary key (root, source_id, version));
        insert into peer.rides select i, 1, 0, 20, '3m', 'operating', now() from generate_series(1, 20) as i;
        insert into peer.customers select i, 1 from generate_series(1001, 41000) as i;
        """;

    private const string Join =
        """
        with customer as (
          update peer.customers as customer set version = customer.version + 1, ride_id = $1, queued_at = now(),
            ends_at = greatest(ride.returns_at, now()) + ride.waiting / ride.capacity * ride.ride_time
          from peer.rides as ride
          where customer.id = $2 and customer.ride_id is null and ride.id = $1 and ride.status = 'operating'
          returning customer.version, customer.queued_at, customer.ends_at),
        ride as (
          update peer.rides set version = version + 1, waiting = waiting + 1 where id = $1 and exists (select from customer)
          returning version),
        events as (
          insert into peer.events
          select 'ride', $1, version, now(), 'RideCustomerQueued', jsonb_build_object('customer', $2::bigint), null from ride
          union all
          select 'customer', $2, version, now(), 'CustomerQueued',
            jsonb_build_object('ride', $1::bigint, 'start', queued_at, 'end', ends_at), ends_at from customer)
        select ends_at from customer
        """;

    private const string Leave =
        """
        with customer as (
          update peer.customers set version = version + 1, ride_id = null, queued_at = null, ends_at = null
          where id = $2 and ride_id = $1 returning version),
        ride as (
          update peer.rides set version = version + 1, waiting = waiting - 1 where id = $1 and exists (select from customer)
          returning version),
        events as (
          insert into peer.events
          select 'ride', $1, version, now(), 'RideCustomerUnQueued', jsonb_build_object('customer', $2::bigint), null from ride
          union all
          select 'customer', $2, version, now(), 'CustomerUnQueued', jsonb_build_object('ride', $1::bigint), null from customer)
        select null::timestamptz from customer
        """;

    /// <summary>Runs until its standard input ends.</summary>
    public static async Task<int> RunAsync(string postgres)
    {
        await using var database = BookingInsert.Open(postgres);
        await using (var tables = database.CreateCommand(Tables))
            await tables.ExecuteNonQueryAsync();
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls("http://127.0.0.1:0");
        await using var app = builder.Build();
        app.MapPut("/park/rides/{ride}/queue/{customer}", (RequestDelegate)(http => ExecuteAsync(http, Join)));
        app.MapDelete("/park/rides/{ride}/queue/{customer}", (RequestDelegate)(http => ExecuteAsync(http, Leave)));
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await Console.In.ReadToEndAsync();
        return 0;

        async Task ExecuteAsync(HttpContext http, string sql)
        {
            var (ride, customer) = (Id("ride"), Id("customer"));
            await using var connection = await database.OpenConnectionAsync();
            await using var command = new NpgsqlCommand(sql, connection)
            {
                Parameters = { new NpgsqlParameter<long> { TypedValue = ride }, new NpgsqlParameter<long> { TypedValue = customer } },
            };
            var ends = await command.ExecuteScalarAsync();
            if (ends is not DateTime at)
            {
                http.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            }
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(string.Create(
                CultureInfo.InvariantCulture, $$"""{"ride_id":{{ride}},"customer_id":{{customer}},"ends_at":"{{at:O}}"}"""));

            long Id(string name) => long.Parse((string)http.GetRouteValue(name)!, CultureInfo.InvariantCulture);
        }
    }
}
