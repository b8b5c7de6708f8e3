using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using NATS.Client.JetStream;
using Npgsql;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;
using RideIngest.Streams.Intake;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Setup;
using RideIngest.Streams.Stages;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Streams;

/// <summary>Remembers its events; those that say so are retried twice, or refused once.</summary>
internal sealed class NotingStep : Step<Parcel>
{
    private readonly ConcurrentDictionary<long, int> _tries = new();

    /// <summary>The ids of events that are done, in their order, each as often as it was done.</summary>
    public ConcurrentQueue<long> Done { get; } = new();

    public override Task<StepResult[]> RunAsync(Batch<Parcel> batch, CancellationToken cancellationToken) =>
        Task.FromResult(batch.Events.Select(Note).ToArray());

    private StepResult Note(Parcel parcel)
    {
        if (parcel.Does == "retry" && _tries.AddOrUpdate(parcel.Id, 1, (_, before) => before + 1) < 3)
            return StepResult.Retry("not yet", TimeSpan.FromMilliseconds(50));
        if (parcel.Does == "refuse" && _tries.TryAdd(parcel.Id, 1))
            return StepResult.DeadLetter("refused", "not now");
        Done.Enqueue(parcel.Id);
        return StepResult.Done;
    }
}

/// <summary>A fan-out with two stages that get the same events.</summary>
internal sealed class FanOutStream
{
    public const string System = "visits";

    public FanOutStream(INatsConnection nats, string prefix, long bytes)
    {
        Subject = $"{prefix}.ended";
        Stream = new(
            nats, EnsuredStream.FanOut(prefix, [$"{prefix}.>"], "Visits", bytes, replicas: 1), "test",
            () => StageDefinition.ConsumersOf(Summary, Invoices));
    }

    public string Subject { get; }

    public EnsuredStream Stream { get; }

    public StageDefinition Summary => new(System, "summary", Stream) { From = [new("summary", Subject)] };

    public StageDefinition Invoices => new(System, "invoices", Stream) { From = [new("invoices", Subject)] };
}

/// <summary>Processes with the stages of a fan-out, and processes that only publish.</summary>
internal sealed class FanOutRig : IAsyncDisposable
{
    private readonly string _prefix = $"f{Guid.NewGuid():N}";
    private readonly long _bytes;
    private readonly string _natsUrl;
    private readonly string _database;
    private readonly NatsConnection _client;
    private readonly NpgsqlDataSource _source;
    private readonly List<RideIngestHost> _hosts = [];

    private FanOutRig(string natsUrl, string database, long bytes)
    {
        (_natsUrl, _database, _bytes) = (natsUrl, database, bytes);
        _client = NatsClients.To(natsUrl);
        _source = Sql.Open(database);
    }

    public NotingStep Summary { get; } = new();

    public NotingStep Invoices { get; } = new();

    public static async Task<FanOutRig> CreateAsync(long bytes = 1 << 20) =>
        new((await TestNats.SharedAsync()).Url, await TestPostgres.CreateDatabaseAsync(), bytes);

    public Task<RideIngestHost> StartSummaryAsync() => StartAsync(provider => Stage(provider, Stream(provider).Summary, Summary));

    public Task<RideIngestHost> StartInvoicesAsync() => StartAsync(provider => Stage(provider, Stream(provider).Invoices, Invoices));

    /// <summary>Starts a process that only publishes.</summary>
    public async Task<EventEntry<Parcel>> StartEntryAsync()
    {
        var provider = (await StartAsync(_ => null)).Services;
        var stream = Stream(provider);
        var room = new StreamRoom(FanOutStream.System, stream.Stream, provider.GetRequiredService<ILogger<StreamRoom>>());
        return new(provider, room, stream.Subject, new ParcelFormat(), keeps: true);
    }

    /// <summary>Waits until both stages have settled everything, also what entered while a process had no connection yet.</summary>
    public Task SettledAsync() => Eventually.True(async () =>
        await _source.ScalarAsync<long>("select count(*) from ops.outbox") == 0
        && (await new NatsJSContext(_client).GetStreamAsync(_prefix)).Info.State.Messages == 0);

    /// <summary>The time of the oldest message that some stage has not settled.</summary>
    public async Task<DateTimeOffset?> OldestAsync()
    {
        var state = (await new NatsJSContext(_client).GetStreamAsync(_prefix)).Info.State;
        return state.Messages == 0 ? null : DateTimeOffset.Parse(state.FirstTs!, CultureInfo.InvariantCulture);
    }

    /// <summary>Publishes a stage's dead letter again, as a console does.</summary>
    public async Task ReplayAsync(string stage)
    {
        var subject = await _source.ScalarAsync<string>($"select subject from ops.dead_letters where stage = '{stage}'");
        var payload = await _source.ScalarAsync<byte[]>($"select payload from ops.dead_letters where stage = '{stage}'");
        (await new NatsJSContext(_client).PublishAsync(subject, payload)).EnsureSuccess();
    }

    public async Task StopAsync(RideIngestHost host)
    {
        _hosts.Remove(host);
        await host.StopAsync();
        await host.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts.ToList())
            await StopAsync(host);
        await _client.DisposeAsync();
        await _source.DisposeAsync();
    }

    private static Stage<Parcel> Stage(IServiceProvider provider, StageDefinition definition, NotingStep step) =>
        new(provider, definition, new ParcelFormat(), step);

    private FanOutStream Stream(IServiceProvider provider) => new(provider.GetRequiredService<NatsConnection>(), _prefix, _bytes);

    private async Task<RideIngestHost> StartAsync(Func<IServiceProvider, Stage?> stage)
    {
        Stage[]? stages = null;
        var module = new TestModule(services => services
            .AddNats()
            .AddEventOutbox(FanOutStream.System, provider => Stream(provider).Stream)
            .AddStages(provider => stages ??= [.. new[] { stage(provider) }.OfType<Stage>()]));
        var host = await module.StartAsync($"--nats:url={_natsUrl}", $"--postgres:url={_database}", "--hosting:drain=10s");
        _hosts.Add(host);
        return host;
    }
}
