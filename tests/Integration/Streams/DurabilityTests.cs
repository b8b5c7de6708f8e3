using System.Text.Json.Nodes;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Npgsql;
using RideIngest.Contracts.Frames;
using RideIngest.Integration.Systems;
using RideIngest.Streams.Rides;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Streams;

/// <summary>
/// A process says in its log, once, where its servers are set up to keep less than its answers promise; and where they are not, it says
/// nothing.
/// </summary>
public sealed class DurabilityTests(DurablePostgres durable) : IClassFixture<DurablePostgres>
{
    private const int InMemory = 3001;
    private const int OneReplica = 3002;
    private const int OneReplicaNeverSynced = 3003;
    private const int CommitsLater = 3004;
    private const int MayBeCorrupted = 3005;

    [Theory]
    [MemberData(nameof(NatsVersions.All), MemberType = typeof(NatsVersions))]
    public async Task A_stream_with_one_replica_is_said_to_lose_what_was_accepted_and_a_durable_Postgres_is_not_mentioned(string version)
    {
        await using var nats = await TestNats.PrivateAsync(version);
        await using var consumer = Start("Consumer", nats.Url, await durable.CreateDatabaseAsync());

        // One that can sync at every publish may have been told to, which it does not tell.
        var expected = Version.Parse(version.Split('-')[0]) < new Version(2, 10) ? OneReplicaNeverSynced : OneReplica;
        await consumer.SaysAsync(line => Id(line) == expected);

        var warning = Assert.Single(await WarningsAsync(consumer));
        Assert.Equal(expected, Id(warning));
        Assert.Contains("answered 202", warning, StringComparison.Ordinal);
        Assert.Contains("ingest.replicas: 3", warning, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_in_memory_is_said_to_end_with_its_server()
    {
        await using var nats = await TestNats.PrivateAsync();
        await using var client = NatsClients.To(nats.Url);
        await new NatsJSContext(client).CreateStreamAsync(new StreamConfig(RidesStream.Name, [RidesStream.Subject(">")])
        {
            Storage = StreamConfigStorage.Memory,
            Retention = StreamConfigRetention.Workqueue,
            Discard = StreamConfigDiscard.New,
            MaxBytes = 1 << 20,
        });
        await using var consumer = Start("Consumer", nats.Url, await durable.CreateDatabaseAsync());
        await consumer.SaysAsync(line => Id(line) == InMemory);

        Assert.Equal([InMemory], (await WarningsAsync(consumer)).Select(Id));
    }

    [ServerProcessFact]
    public async Task Commits_that_are_answered_before_they_are_written_are_mentioned_and_a_stream_with_three_replicas_is_not()
    {
        await using var cluster = await TestNats.ClusterAsync();
        var database = await durable.CreateDatabaseAsync();
        await using (var source = NpgsqlDataSource.Create(database))
        {
            var name = new NpgsqlConnectionStringBuilder(database).Database;
            await source.ExecuteAsync($"alter database {name} set synchronous_commit = off");
        }
        await using var consumer = Start("Consumer", cluster.Url, database, "--ingest:replicas=3");
        await consumer.SaysAsync(line => Id(line) == CommitsLater);

        // It asks for the stream once a second until it is there. Two seconds after it is, it has been told.
        await AnnouncedAsync(cluster.Url, 3);
        Assert.Equal([CommitsLater], (await WarningsAsync(consumer)).Select(Id));
    }

    [Fact]
    public async Task Servers_that_come_later_are_told_of_then_and_once()
    {
        await using var server = await TestNats.PrivateAsync();
        await using var nats = new TcpProxy(TcpProxy.Host, server.Port) { Refusing = true };
        var database = new NpgsqlConnectionStringBuilder(await TestPostgres.CreateDatabaseAsync());
        await using var postgres = new TcpProxy(TcpProxy.Host, database.Port) { Refusing = true };
        (database.Host, database.Port) = (TcpProxy.Host, postgres.Port);
        await using var producer = Start("Producer", server.UrlAt(nats.Port), database.ConnectionString);
        await producer.UrlAsync();

        (nats.Refusing, postgres.Refusing) = (false, false);
        await producer.SaysAsync(line => Id(line) is OneReplica or OneReplicaNeverSynced);
        await producer.SaysAsync(line => Id(line) == CommitsLater);

        var warnings = await WarningsAsync(producer);
        Assert.Single(warnings, warning => Id(warning) is OneReplica or OneReplicaNeverSynced);
        Assert.Equal(
            [CommitsLater, MayBeCorrupted, MayBeCorrupted], warnings.Select(Id).Where(id => id is CommitsLater or MayBeCorrupted).Order());
        Assert.Single(warnings, warning => warning.Contains("fsync = off", StringComparison.Ordinal));
        Assert.Single(warnings, warning => warning.Contains("full_page_writes = off", StringComparison.Ordinal));
    }

    private static StartedProcess Start(string service, string nats, string postgres, params string[] args) =>
        StartedProcess.Service(service, [
            "--urls", "http://127.0.0.1:0", "--logging:format=json", $"--nats:url={nats}", $"--postgres:url={postgres}", .. args,
        ]);

    /// <summary>What it said of durability from its start to its end, which this brings about.</summary>
    private static async Task<List<string>> WarningsAsync(StartedProcess process)
    {
        process.Terminate();
        await process.ExitAsync();
        return [.. process.Output.Where(line => Id(line) is >= InMemory and <= MayBeCorrupted)];
    }

    /// <summary>The event id of a line of the log, and 0 of any other.</summary>
    private static int Id(string line) =>
        line.StartsWith('{') ? (int?)JsonNode.Parse(line)!["properties"]?["EventId"]?["Id"] ?? 0 : 0;

    private static async Task AnnouncedAsync(string nats, int times)
    {
        await using var client = NatsClients.To(nats);
        await foreach (var message in client.SubscribeAsync<byte[]>(ConsumerAnnouncement.Subject, cancellationToken: Deadlines.Begin()))
        {
            if (ConsumerAnnouncement.Read(message.Data) is { CanStore: true } && --times == 0)
                return;
        }
    }
}
