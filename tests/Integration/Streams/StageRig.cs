using System.Buffers;
using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Npgsql;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Hosting;
using RideIngest.Integration.Systems;
using RideIngest.LocalServers.Nats;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Setup;
using RideIngest.Streams.Stages;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Streams;

/// <summary>An event that says itself what its step does with it.</summary>
internal sealed record Parcel(long Id, string Does);

internal sealed class ParcelFormat : EventFormat<Parcel>
{
    public override string Kind => "parcels";

    public override string KeyOf(Parcel item) => $"{item.Id}";

    public override void Write(IEnumerable<Parcel> events, IBufferWriter<byte> output)
    {
        foreach (var parcel in events)
            output.Write(Encoding.UTF8.GetBytes($$"""{"id":{{parcel.Id}},"does":"{{parcel.Does}}"}""" + "\n"));
    }

    public override Parcel Read(ReadOnlySpan<byte> line)
    {
        var json = JsonSerializer.Deserialize<JsonElement>(line);
        return json.TryGetProperty("id", out var id) && json.TryGetProperty("does", out var does)
            ? new Parcel(id.GetInt64(), does.GetString()!)
            : throw new JsonException("It has no id");
    }
}

/// <summary>Does what each event says, and remembers how often it was asked to.</summary>
internal sealed class ParcelStep : Step<Parcel>
{
    public ConcurrentDictionary<long, int> Tries { get; } = new();

    /// <summary>Completed by the test, for events that wait for it.</summary>
    public TaskCompletionSource Gate { get; } = new();

    public override async Task<StepResult[]> RunAsync(Batch<Parcel> batch, CancellationToken cancellationToken)
    {
        var results = StepResult.Each(batch.Events.Count);
        for (var i = 0; i < results.Length; i++)
        {
            var parcel = batch.Events[i];
            var tries = Tries.AddOrUpdate(parcel.Id, 1, (_, before) => before + 1);
            results[i] = parcel.Does switch
            {
                "retry" when tries < 3 => StepResult.Retry("not yet", TimeSpan.FromMilliseconds(50)),
                "never" => StepResult.Retry("the partner is away", TimeSpan.FromMilliseconds(50)),
                "gated" when !Gate.Task.IsCompleted => StepResult.Retry("the gate is closed", TimeSpan.FromMilliseconds(50)),
                "later" => StepResult.Retry("the partner asks to come back", TimeSpan.FromHours(1)),
                "refuse" => StepResult.DeadLetter("refused", $"parcel {parcel.Id} is refused"),
                "throw" => throw new InvalidOperationException($"parcel {parcel.Id} breaks the step"),
                _ => StepResult.Done,
            };
            if (parcel.Does == "hang")
                await Task.Delay(Timeout.Infinite, CancellationToken.None);
            if (parcel.Does == "wait")
                await Gate.Task.WaitAsync(cancellationToken);
        }
        return results;
    }
}

/// <summary>Records the event ids of log lines.</summary>
internal sealed class RecordedLog : ILogger<Stage>
{
    private readonly ConcurrentQueue<int> _ids = new();

    public IReadOnlyList<int> Ids => [.. _ids];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel level, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> format) =>
        _ids.Enqueue(eventId.Id);
}

/// <summary>A stage of a system of the test's own, over a stream of its own.</summary>
internal sealed class StageRig : IAsyncDisposable
{
    public const string System = "parcels";

    private readonly string _prefix = $"p{Guid.NewGuid():N}";
    private readonly string _natsUrl;
    private readonly string _database;
    private readonly List<RideIngestHost> _hosts = [];

    /// <param name="natsUrl">Of the test itself, and of processes unless they have another way to it.</param>
    private StageRig(string natsUrl, string database)
    {
        (_natsUrl, _database) = (natsUrl, database);
        Client = NatsClients.To(natsUrl);
        Js = new NatsJSContext(Client);
        Database = Sql.Open(database);
    }

    public NatsConnection Client { get; }

    public NatsJSContext Js { get; }

    public NpgsqlDataSource Database { get; }

    public NpgsqlConnectionStringBuilder DatabaseUrl => new(_database);

    public ParcelStep Step { get; } = new();

    /// <summary>What the stage has logged, by event id.</summary>
    public RecordedLog Log { get; } = new();

    /// <summary>What differs from the usual stage.</summary>
    public Func<StageDefinition, StageDefinition> Change { get; set; } = static usual => usual;

    /// <summary>A step instead of the usual one, made in each process with the subject on which parcels are handed on.</summary>
    public Func<IServiceProvider, string, Step<Parcel>>? OtherStep { get; set; }

    /// <summary>The subject of events that are retried apart.</summary>
    public string Retries => $"{_prefix}.retry.sort";

    private StageSource Source => new("sort", $"{_prefix}.new");

    private string Sorted => $"{_prefix}.sorted";

    public static async Task<StageRig> CreateAsync(NatsServer? nats = null, string? database = null) => new(
        (nats ?? await TestNats.SharedAsync()).Url, database ?? await TestPostgres.CreateDatabaseAsync());

    /// <summary>Runs the stage in a host, as a process would, which may have ways of its own to the servers.</summary>
    public async Task<RideIngestHost> StartAsync(string? natsUrl = null, string? database = null)
    {
        var module = new TestModule(services =>
        {
            services.AddNats().AddSingleton<ILogger<Stage>>(Log);
            services.AddEventOutbox(System, provider => Stream(provider.GetRequiredService<NatsConnection>()));
            services.AddStages(provider => provider.GetRequiredService<ParcelStage>().Stages);
            services.TryAddSingleton(provider => new ParcelStage(
                [new Stage<Parcel>(provider, Definition(provider), new ParcelFormat(), OtherStep?.Invoke(provider, Sorted) ?? Step)]));
        });
        var host = await module.StartAsync(
            $"--nats:url={natsUrl ?? _natsUrl}", $"--postgres:url={database ?? _database}", "--hosting:drain=10s");
        _hosts.Add(host);
        return host;
    }

    /// <summary>Publishes events as one frame.</summary>
    public async Task PublishAsync(params Parcel[] parcels)
    {
        var frame = new ArrayBufferWriter<byte>();
        new ParcelFormat().Write(parcels, frame);
        await PublishAsync(Encoding.UTF8.GetString(frame.WrittenSpan));
    }

    public async Task PublishAsync(string frame, NatsHeaders? headers = null)
    {
        await Stream(Client).EnsureAsync();
        (await Js.PublishAsync(Source.Subject, Encoding.UTF8.GetBytes(frame), headers: headers)).EnsureSuccess();
    }

    /// <summary>The ids of the events that were handed on, in their order.</summary>
    public async Task<List<long>> HandedOnAsync() => IdsOf(await MessagesHandedOnAsync());

    private static List<long> IdsOf(IEnumerable<StoredMessage> messages) =>
    [
        .. from message in messages
           from line in Encoding.UTF8.GetString(message.Data.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries)
           select new ParcelFormat().Read(Encoding.UTF8.GetBytes(line)).Id,
    ];

    public async Task<List<StoredMessage>> MessagesHandedOnAsync()
    {
        var stream = await Js.GetStreamAsync(_prefix);
        var messages = new List<StoredMessage>();
        while (true)
        {
            try
            {
                var next = messages.Count == 0 ? 1 : messages[^1].Seq + 1;
                messages.Add((await stream.GetAsync(new StreamMsgGetRequest { Seq = next, NextBySubj = Sorted })).Message);
            }
            catch (NatsJSApiException none) when (none.Error.Code == 404)
            {
                return messages;
            }
        }
    }

    /// <summary>Waits until the stage has settled every frame and handed on so many events.</summary>
    public async Task<List<long>> SettledAsync(int handedOn)
    {
        List<long> ids = [];
        await Eventually.True(async () =>
        {
            var messages = await MessagesHandedOnAsync();
            ids = IdsOf(messages);
            var sorted = ids.Count == 0 ? 0 : (await Js.GetStreamAsync(_prefix, new StreamInfoRequest
            {
                SubjectsFilter = Sorted,
            })).Info.State.Subjects!.Values.Sum();
            return ids.Count >= handedOn && messages.Count == sorted && (await Js.GetStreamAsync(_prefix)).Info.State.Messages == sorted;
        });
        return ids;
    }

    /// <summary>Shortens the time after which the server delivers a frame again that is not settled.</summary>
    public async Task DeliverAgainAfterAsync(TimeSpan ackWait) => await Stream(Client).ConsumerAsync(
        new ConsumerConfig(Source.Consumer) { FilterSubject = Source.Subject, AckWait = ackWait });

    public async Task<ConsumerInfo> ConsumerAsync() => (await Js.GetConsumerAsync(_prefix, Source.Consumer)).Info;

    /// <summary>Waits until this many frames are returned to be retried apart.</summary>
    public Task RetriedApartAsync(int frames) => Eventually.True(async () =>
    {
        var apart = false;
        await foreach (var consumer in Js.ListConsumersAsync(_prefix))
            apart |= consumer.Info is { Name: "sort-retry", NumPending: 0 } info && info.NumAckPending == frames;
        return apart;
    });

    /// <summary>Publishes a message that no client would.</summary>
    public void PublishRaw(string headers, string payload)
    {
        using var raw = new RawPublisher(_natsUrl);
        raw.Publish(Source.Subject, headers, payload);
    }

    /// <summary>Its dead letters: key, class, code and attempts.</summary>
    public async Task<List<string>> LettersAsync()
    {
        await using var command = Database.CreateCommand(
            "select coalesce(key, '-') || ' ' || class || ' ' || code || ' ' || attempts from ops.dead_letters where system = $1 order by id");
        command.Parameters.AddWithValue(System);
        await using var rows = await command.ExecuteReaderAsync();
        var letters = new List<string>();
        while (await rows.ReadAsync())
            letters.Add(rows.GetString(0));
        return letters;
    }

    public async ValueTask DisposeAsync()
    {
        Step.Gate.TrySetResult();
        foreach (var host in _hosts)
        {
            if (!host.Stopping.IsCancellationRequested)
                await host.StopAsync();
            await host.DisposeAsync();
        }
        await Client.DisposeAsync();
        await Database.DisposeAsync();
    }

    private StageDefinition Definition(IServiceProvider provider) =>
        Change(new(System, "sort", Stream(provider.GetRequiredService<NatsConnection>()))
        {
            From = [Source],
            Next = Sorted,
            MostAttempts = 3,
            StepTimeout = TimeSpan.FromSeconds(1),
        });

    private EnsuredStream Stream(INatsConnection nats) => new(
        nats,
        new StreamConfig(_prefix, [$"{_prefix}.>"])
        {
            Retention = StreamConfigRetention.Workqueue,
            Discard = StreamConfigDiscard.New,
            Storage = StreamConfigStorage.File,
        },
        "test");

    private sealed record ParcelStage(IReadOnlyList<Stage> Stages);
}
