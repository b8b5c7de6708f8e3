using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using RideIngest.Benchmarks.Bookings.Peers;

namespace RideIngest.Benchmarks.CheckIn;

/// <summary>
/// A check-in as it is usually written, and lean: the endpoint toggles the employee and inserts the attendance record and its outbox
/// event in one prepared statement, which is one transaction per tap. No keys, no window, no longest shift, no way around a Postgres that
/// is away.
/// </summary>
internal static class TapPeer
{
    private const string Tables =
        """
        create schema peer;
        create table peer.employees (id text primary key, is_in boolean not null, since timestamptz not null) with (fillfactor = 50);
        create table peer.records (id uuid primary key, employee_id text not null, at timestamptz not null, is_in boolean not null);
        create index on peer.records (employee_id, at);
        create table peer.outbox (
          id bigserial primary key, key text not null, payload text not null, created_at timestamptz not null default now(),
          sent_at timestamptz);
        create index on peer.outbox (id) where sent_at is null;
        """;

    private const string Tap =
        """
        with employee as (
          insert into peer.employees values ($1, true, $3)
          on conflict (id) do update set is_in = not employees.is_in, since = excluded.since returning is_in),
        record as (insert into peer.records select $2, $1, $3, is_in from employee),
        event as (insert into peer.outbox (key, payload) select $1, json_build_object('id', $2, 'employee_id', $1, 'at', $3)::text)
        select is_in from employee
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
        app.MapPost("/api/checkin", async http =>
        {
            var body = (await JsonSerializer.DeserializeAsync<Body>(http.Request.Body))!;
            var (id, at) = (Guid.CreateVersion7(), DateTime.UtcNow);
            await using var connection = await database.OpenConnectionAsync();
            await using var command = new NpgsqlCommand(Tap, connection)
            {
                Parameters =
                {
                    new NpgsqlParameter<string> { TypedValue = body.employee_id },
                    new NpgsqlParameter<Guid> { TypedValue = id },
                    new NpgsqlParameter<DateTime> { TypedValue = at },
                },
            };
            var isIn = (bool)(await command.ExecuteScalarAsync())!;
            http.Response.ContentType = "application/json";
            await http.Response.WriteAsync(
                $$"""{"success":true,"message":"ok","record_id":"{{id}}","action":"{{(isIn ? "checked_in" : "checked_out")}}"}""");
        });
        await app.StartAsync();
        Console.WriteLine(app.Urls.First());
        await Console.In.ReadToEndAsync();
        return 0;
    }

    private sealed record Body(string employee_id);
}
