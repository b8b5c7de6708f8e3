using System.Text;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Npgsql;

namespace RideIngest.Benchmarks.CheckIn;

/// <summary>
/// An outbox relay of the usual design, tuned: a batch with <c>for update skip locked</c>, published in parallel, one update per batch. It
/// keeps no order within a batch.
/// </summary>
internal static class RelayPeer
{
    public const string Table =
        """
        create schema if not exists peer;
        create table peer.relayed (
          id bigserial primary key, key text not null, payload text not null, created_at timestamptz not null default now(),
          sent_at timestamptz) with (fillfactor = 80);
        create index on peer.relayed (id) where sent_at is null;
        """;

    private const string Take =
        "select id, payload from peer.relayed where sent_at is null order by id limit 1000 for update skip locked";

    private const string Mark = "update peer.relayed set sent_at = now() where id = any ($1)";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    /// <summary>Runs until its standard input ends.</summary>
    public static async Task<int> RunAsync(string natsUrl, string postgres)
    {
        await using var nats = new NatsConnection(new NatsOpts { Url = natsUrl });
        await using var database = NpgsqlDataSource.Create(postgres);
        var js = new NatsJSContext(nats);
        await js.CreateStreamAsync(new StreamConfig("PEER", ["peer.>"]));
        Console.WriteLine("ready");
        using var stop = new CancellationTokenSource();
        _ = Task.Run(async () =>
        {
            await Console.In.ReadToEndAsync();
            await stop.CancelAsync();
        });
        while (!stop.IsCancellationRequested)
        {
            if (!await RoundAsync(database, js))
                await Task.Delay(Pause);
        }
        return 0;
    }

    private static async Task<bool> RoundAsync(NpgsqlDataSource database, NatsJSContext js)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var transaction = await connection.BeginTransactionAsync();
        var batch = new List<(long Id, string Payload)>();
        await using (var take = new NpgsqlCommand(Take, connection))
        await using (var row = await take.ExecuteReaderAsync())
        {
            while (await row.ReadAsync())
                batch.Add((row.GetInt64(0), row.GetString(1)));
        }
        if (batch.Count == 0)
            return false;
        await Task.WhenAll(batch.Select(async item =>
        {
            var ack = await js.PublishAsync(
                "peer.checkouts", Encoding.UTF8.GetBytes(item.Payload), opts: new NatsJSPubOpts { MsgId = $"{item.Id}" });
            ack.EnsureSuccess();
        }));
        await using var mark = new NpgsqlCommand(Mark, connection)
        {
            Parameters = { new NpgsqlParameter<long[]> { TypedValue = [.. batch.Select(item => item.Id)] } },
        };
        await mark.ExecuteNonQueryAsync();
        await transaction.CommitAsync();
        return true;
    }
}
