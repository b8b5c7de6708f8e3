using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Npgsql;
using RideIngest.Benchmarks.Bookings.Peers;

namespace RideIngest.Benchmarks.Parking;

/// <summary>
/// Parking as it is usually written, and lean: a message per event, a prepared statement for each, which pairs an exit with the latest open
/// entry of its plate, and a POST per visit to a server that appends its line and syncs, once for all that wait. No duplicates, no order of
/// arrival but the right one, no corrections, no invoices.
/// </summary>
internal static class ParkingPeer
{
    public const string Prefix = "peer";

    // As many as the pool has connections.
    private const int MostAtOnce = 32;

    private const string Tables =
        """
        create schema peer;
        create table peer.entries (
          id text primary key, plate text not null, at timestamptz not null, paired boolean not null default false);
        create index on peer.entries (plate, at) where not paired;
        create table peer.visits (id text primary key, plate text not null, entry_at timestamptz not null, exit_at timestamptz not null);
        """;

    private const string AddEntry = "insert into peer.entries values ($1, $2, $3)";

    private const string AddVisit =
        """
        with entry as (
          select id, at from peer.entries where plate = $2 and at <= $3 and not paired order by at desc limit 1 for update),
        paired as (update peer.entries set paired = true from entry where entries.id = entry.id)
        insert into peer.visits select $1, $2, at, $3 from entry returning entry_at
        """;

    /// <summary>Runs until its standard input ends.</summary>
    public static async Task<int> RunAsync(string natsUrl, string postgres, string file)
    {
        await using var nats = new NatsConnection(new NatsOpts { Url = natsUrl });
        await using var database = BookingInsert.Open(postgres);
        await using (var tables = database.CreateCommand(Tables))
            await tables.ExecuteNonQueryAsync();
        var lines = Channel.CreateUnbounded<(string Line, TaskCompletionSource Written)>();
        _ = Task.Run(() => WriteAsync(lines.Reader, file));
        await using var server = Server(lines.Writer);
        await server.StartAsync();
        using var http = new HttpClient { BaseAddress = new Uri(server.Urls.First()) };

        var js = new NatsJSContext(nats);
        await js.CreateStreamAsync(new StreamConfig("PEER", [$"{Prefix}.>"]) { Retention = StreamConfigRetention.Workqueue });
        var consumer = await js.CreateOrUpdateConsumerAsync("PEER", new ConsumerConfig("peer") { MaxAckPending = 1000 });
        using var stop = new CancellationTokenSource();
        var consuming = Parallel.ForEachAsync(
            consumer.ConsumeAsync<ReadOnlyMemory<byte>>(
                NatsRawSerializer<ReadOnlyMemory<byte>>.Default, new NatsJSConsumeOpts { MaxMsgs = 1000 }, stop.Token),
            new ParallelOptions { MaxDegreeOfParallelism = MostAtOnce, CancellationToken = stop.Token },
            async (message, cancel) => await ProcessAsync(message, database, http, cancel));
        Console.WriteLine("ready");
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        await consuming.ContinueWith(_ => { }, TaskScheduler.Default);
        return 0;
    }

    private static async Task ProcessAsync(
        INatsJSMsg<ReadOnlyMemory<byte>> message, NpgsqlDataSource database, HttpClient http, CancellationToken cancel)
    {
        var isExit = message.Subject.EndsWith("exits", StringComparison.Ordinal);
        using var json = JsonDocument.Parse(message.Data);
        var plate = json.RootElement.GetProperty("vehicle_plate").GetString()!;
        var at = json.RootElement.GetProperty(isExit ? "exit_date_time" : "entry_date_time").GetDateTime();
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var command = new NpgsqlCommand(isExit ? AddVisit : AddEntry, connection)
        {
            Parameters =
            {
                new NpgsqlParameter<string> { TypedValue = json.RootElement.GetProperty("id").GetString()! },
                new NpgsqlParameter<string> { TypedValue = plate },
                new NpgsqlParameter<DateTime> { TypedValue = at },
            },
        };
        var entered = await command.ExecuteScalarAsync(cancel);
        await connection.CloseAsync();
        if (entered is DateTime from)
        {
            using var body = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(
                new Summary(plate, from, at, (at - from).ToString())));
            body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await http.PostAsync(new Uri("/parkinglog", UriKind.Relative), body, cancel);
            answer.EnsureSuccessStatusCode();
        }
        else if (isExit)
        {
            throw new InvalidOperationException("An exit came before its entry.");
        }
        await message.AckAsync(cancellationToken: cancel);
    }

    private static WebApplication Server(ChannelWriter<(string, TaskCompletionSource)> lines)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.Services.AddRouting();
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapPost("/parkinglog", async http =>
        {
            var summary = (await JsonSerializer.DeserializeAsync<Summary>(http.Request.Body))!;
            var written = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            lines.TryWrite(($"{summary.Plate},{summary.Entry:O},{summary.Exit:O},{summary.Duration}\n", written));
            await written.Task;
            http.Response.StatusCode = StatusCodes.Status201Created;
        });
        return app;
    }

    private static async Task WriteAsync(ChannelReader<(string Line, TaskCompletionSource Written)> lines, string path)
    {
        await using var file = new FileStream(path, FileMode.Create, FileAccess.Write, FileShare.Read);
        file.Write("plate,entry,exit,duration\n"u8);
        while (await lines.WaitToReadAsync())
        {
            var group = new List<TaskCompletionSource>();
            while (lines.TryRead(out var next))
            {
                file.Write(Encoding.UTF8.GetBytes(next.Line));
                group.Add(next.Written);
            }
            file.Flush(flushToDisk: true);
            group.ForEach(written => written.SetResult());
        }
    }

    private sealed record Summary(string Plate, DateTime Entry, DateTime Exit, string Duration);
}
