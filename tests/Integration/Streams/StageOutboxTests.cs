using System.Text;
using Microsoft.Extensions.DependencyInjection;
using NATS.Client.Core;
using NATS.Client.JetStream.Models;
using Npgsql;
using RideIngest.Integration.Storage;
using RideIngest.Integration.Systems;
using RideIngest.Streams.Stages;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Streams;

/// <summary>What a step promises that hands on through the outbox.</summary>
public sealed class StageOutboxTests
{
    private const string Trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    [Fact]
    public async Task What_a_step_commits_is_handed_on_and_continues_the_trace_of_its_event()
    {
        using var spans = new RecordedSpans();
        await using var rig = await RigAsync(_ => Task.CompletedTask);
        await rig.StartAsync();

        await rig.PublishAsync(
            "{\"id\":1,\"does\":\"save\"}\n{\"id\":2,\"does\":\"save\"}",
            new NatsHeaders { ["traceparent"] = Trace, ["Ride-Traces"] = $"{Trace},-" });

        Assert.Equal([1L, 2], await rig.SettledAsync(2));
        var messages = await rig.MessagesHandedOnAsync();
        await Eventually.True(() => spans.All.Any(IsOurs));
        Assert.Equal([spans.All.Single(IsOurs).Id, null], messages.Select(message => Header(message, "traceparent")));

        static bool IsOurs(System.Diagnostics.Activity span) => span is { OperationName: "parcels sort", ParentId: Trace };
    }

    [Fact]
    public async Task After_a_step_that_throws_behind_its_commit_the_event_is_handed_on_again_with_the_same_id_and_kept_once()
    {
        await using var rig = await RigAsync(
            commits => commits < 4 ? throw new InvalidOperationException("after the commit") : Task.CompletedTask);
        await rig.StartAsync();

        await rig.PublishAsync(new Parcel(1, "save"), new Parcel(2, "save"));

        Assert.Equal([1L, 2], await rig.SettledAsync(2));
        await NothingWaitsAsync(rig);
        Assert.Equal([1L, 2], await rig.HandedOnAsync());
        Assert.True(await rig.Database.ScalarAsync<long>("select sum(saves) from parcels") > 2);
    }

    [Fact]
    public async Task After_a_process_that_is_cut_off_between_commit_and_ack_the_event_is_handed_on_again_with_the_same_id_and_kept_once()
    {
        var nats = await TestNats.SharedAsync();
        var (committed, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var rig = await RigAsync(async commits =>
        {
            committed.TrySetResult();
            await goOn.Task;
        });
        await rig.PublishAsync(new Parcel(1, "save"));
        await rig.DeliverAgainAfterAsync(TimeSpan.FromSeconds(2));
        var database = rig.DatabaseUrl;
        await using var toNats = new TcpProxy(TcpProxy.Host, nats.Port);
        await using var toPostgres = new TcpProxy(TcpProxy.Host, database.Port);
        (database.Host, database.Port) = (TcpProxy.Host, toPostgres.Port);
        await rig.StartAsync(nats.UrlAt(toNats.Port), database.ConnectionString);
        await committed.Task;

        foreach (var way in (TcpProxy[])[toNats, toPostgres])
        {
            way.Refusing = true;
            way.Reset();
        }
        goOn.SetResult();
        await rig.StartAsync();

        await rig.SettledAsync(1);
        await NothingWaitsAsync(rig);
        Assert.Single((await rig.MessagesHandedOnAsync()).Select(message => Header(message, "Nats-Msg-Id")));
        Assert.Equal(2, await rig.Database.ScalarAsync<int>("select saves from parcels"));
    }

    [Fact]
    public async Task While_Postgres_is_away_the_events_of_a_step_that_writes_wait_and_are_no_dead_letters()
    {
        await using var rig = await RigAsync(_ => Task.CompletedTask);
        rig.Change = usual => usual with { Next = null, MostAttempts = 2 };
        var database = rig.DatabaseUrl;
        await using var toPostgres = new TcpProxy(TcpProxy.Host, database.Port);
        (database.Host, database.Port) = (TcpProxy.Host, toPostgres.Port);
        await rig.StartAsync(database: database.ConnectionString);
        await rig.PublishAsync(new Parcel(1, "save"));
        Assert.Equal([1L], await rig.SettledAsync(1));

        toPostgres.Refusing = true;
        toPostgres.Reset();
        await rig.PublishAsync(new Parcel(2, "save"), new Parcel(3, "save"));
        await Eventually.True(async () => (await rig.ConsumerAsync()).Delivered.ConsumerSeq > 4);
        toPostgres.Refusing = false;

        Assert.Equal([1L, 2, 3], await rig.SettledAsync(3));
        Assert.Empty(await rig.LettersAsync());
    }

    [Fact]
    public async Task An_event_that_is_not_taken_holds_up_those_with_the_key_that_the_publisher_declares()
    {
        await using var events = await RelayedEvents.StartAsync();
        await using var provider = new ServiceCollection().AddKeyedSingleton(RelayedEvents.System, events.Table).BuildServiceProvider();
        var outgoing = new OutgoingEvents<Parcel>(provider, RelayedEvents.System, "new", new ParcelFormat(), key: parcel => parcel.Does);
        var refused = true;
        events.Publisher = item => Task.FromResult(item.Id != "1-new-1" || !refused);
        foreach (var parcel in (Parcel[])[new(1, "a"), new(2, "a"), new(3, "b")])
        {
            await using var connection = await events.Database.OpenConnectionAsync();
            await outgoing.AddAsync(connection, [(new EventOrigin($"{parcel.Id}", default), parcel)]);
        }
        await Eventually.True(async () => await events.WaitingAsync() == 2);

        refused = false;
        await events.UntilPublishedAsync(3);

        Assert.Equal(["3-new-1", "1-new-1", "2-new-1"], events.Published);
    }

    private static async Task<StageRig> RigAsync(Func<int, Task> committed)
    {
        var rig = await StageRig.CreateAsync();
        await rig.Database.ExecuteAsync(SavingStep.Table);
        rig.Change = usual => usual with { Next = null, MostAttempts = 10, StepTimeout = Deadlines.Hang };
        rig.OtherStep = (provider, subject) => new SavingStep(
            provider.GetRequiredService<NpgsqlDataSource>(),
            new OutgoingEvents<Parcel>(provider, StageRig.System, subject, new ParcelFormat()))
        {
            Committed = committed,
        };
        return rig;
    }

    private static Task NothingWaitsAsync(StageRig rig) =>
        Eventually.True(async () => await rig.Database.ScalarAsync<long>("select count(*) from ops.outbox") == 0);

    private static string? Header(StoredMessage message, string name) =>
        Encoding.UTF8.GetString(Convert.FromBase64String(message.Hdrs!)).Split("\r\n")
            .Where(line => line.StartsWith($"{name}: ", StringComparison.Ordinal))
            .Select(line => line[(name.Length + 2)..])
            .SingleOrDefault();
}
