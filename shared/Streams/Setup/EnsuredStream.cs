using System.Diagnostics;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace RideIngest.Streams.Setup;

/// <summary>
/// A stream and its consumers, created by the first process that needs them. Of an existing configuration only the subjects are changed:
/// those that it lacks are added.
/// </summary>
/// <param name="setting">The setting that names the stream, for the message about an unsuitable one.</param>
/// <param name="consumers">Returns every consumer of a fan-out; null for a work queue.</param>
/// <param name="subjects">Returns the subjects if they are known later than the rest of the configuration.</param>
public sealed class EnsuredStream(
    INatsConnection nats, StreamConfig config, string setting, Func<IEnumerable<ConsumerConfig>>? consumers = null,
    Func<IEnumerable<string>>? subjects = null)
{
    /// <summary>How long the server remembers message ids, so that a message published again is stored only once.</summary>
    private static readonly TimeSpan DuplicateWindow = TimeSpan.FromMinutes(2);

    private const int StreamNotFound = 10059;
    private const int StreamNameInUse = 10058;
    private const int ConsumerNotFound = 10014;
    private const int ConsumerNameInUse = 10013;
    private const int ConsumerExists = 10148;
    private const int SubjectIsTaken = 10100;

    /// <summary>No message of ours is so small, so the stream refuses all of them.</summary>
    private const int NoMessage = 1;
    private const int AnyMessage = -1;

    private static readonly TimeSpan KeeperInactive = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan AcksTakenWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);

    /// <summary>Longer than another process takes between reading a configuration and writing it.</summary>
    private static readonly TimeSpan OthersWriteWithin = TimeSpan.FromMilliseconds(200);

    private readonly NatsJSContext _js = new(nats);

    private readonly StreamIdentity _identity = new(config.Name!, nats.Opts.LoggerFactory.CreateLogger<EnsuredStream>());

    // A replacement may end between the deletion and the creation. Changes go one by one.
    private readonly Dictionary<string, ConsumerConfig> _deleted = [];

    // Ends with the last change of a consumer that was begun.
    private Task _changed = Task.CompletedTask;

    public string Name { get; } = config.Name!;

    /// <summary>Whether each consumer of a subject gets every message.</summary>
    public bool IsFanOut => consumers is not null;

    /// <summary>A work queue on disk that refuses new messages when it is full.</summary>
    public static StreamConfig WorkQueue(string name, string[] subjects, string description, long maxBytes, int replicas) =>
        new(name, subjects)
        {
            Description = description,
            Storage = StreamConfigStorage.File,
            Retention = StreamConfigRetention.Workqueue,
            Discard = StreamConfigDiscard.New,
            MaxBytes = maxBytes,
            NumReplicas = replicas,
            DuplicateWindow = DuplicateWindow,
        };

    /// <summary>
    /// A stream on disk in which each consumer of a subject gets every message, and a message stays until all have settled it. It refuses
    /// new messages when it is full, so the slowest consumer slows the publishers down and misses nothing.
    /// </summary>
    public static StreamConfig FanOut(string name, string[] subjects, string description, long maxBytes, int replicas) =>
        WorkQueue(name, subjects, description, maxBytes, replicas) with { Retention = StreamConfigRetention.Interest };

    /// <summary>
    /// Finds or creates the stream. A new fan-out takes messages only when all its consumers are there, because the server drops a message
    /// that no consumer is interested in, and answers that it has it.
    /// </summary>
    /// <exception cref="NatsException">NATS is unavailable or refuses.</exception>
    public async Task<INatsJSStream> EnsureAsync(CancellationToken cancellationToken = default)
    {
        var isNew = false;
        var stream = await FindOrCreateAsync(
            () => _js.GetStreamAsync(Name, cancellationToken: cancellationToken), CreateAsync, StreamNotFound, StreamNameInUse);
        _identity.Saw(stream, isNew);
        var found = stream.Info.Config;
        if (found.Retention != config.Retention || found.Discard != config.Discard)
        {
            throw new NatsJSException(
                $"The stream {Name} exists with retention {found.Retention} and discard {found.Discard}; {config.Retention} and "
                + $"{config.Discard} are needed. Delete or rename it, or set {setting} to another name.");
        }
        stream = await CoverSubjectsAsync(stream, cancellationToken);
        if (consumers is null || stream.Info.Config.MaxMsgSize != NoMessage)
            return stream;
        foreach (var consumer in consumers())
            await FindOrCreateAsync(consumer, cancellationToken);
        return await _js.UpdateStreamAsync(stream.Info.Config with { MaxMsgSize = AnyMessage }, cancellationToken);

        async ValueTask<INatsJSStream> CreateAsync()
        {
            var wanted = config with { Subjects = Subjects, MaxMsgSize = consumers is null ? config.MaxMsgSize : NoMessage };
            var created = await _js.CreateStreamAsync(wanted, cancellationToken);
            isNew = true;
            return created;
        }
    }

    /// <summary>Returns a durable consumer that all processes share; creates it and the stream if missing.</summary>
    /// <exception cref="NatsException">NATS is unavailable or refuses.</exception>
    public async Task<INatsJSConsumer> ConsumerAsync(ConsumerConfig consumer, CancellationToken cancellationToken = default)
    {
        if (consumers?.Invoke().All(other => other.Name != consumer.Name) is true)
            throw new InvalidOperationException($"{consumer.Name} may miss messages: it is not among the consumers of the fan-out {Name}.");
        await EnsureAsync(cancellationToken);
        return await OneByOneAsync(async () =>
        {
            var found = await FindOrCreateAsync(_deleted.GetValueOrDefault(consumer.Name!, consumer), cancellationToken);
            _deleted.Remove(consumer.Name!);
            return found;
        });
    }

    /// <summary>
    /// Returns a consumer of this process alone, which the server removes after <paramref name="inactive"/> without a pull. Null while
    /// another process uses its subject, because a work queue gives a subject to one consumer.
    /// </summary>
    /// <exception cref="NatsException">NATS is unavailable or refuses.</exception>
    public async Task<INatsJSConsumer?> OnlyConsumerAsync(ConsumerConfig consumer, TimeSpan inactive, CancellationToken cancellationToken)
    {
        await EnsureAsync(cancellationToken);
        consumer.InactiveThreshold = inactive;
        try
        {
            return await _js.CreateOrUpdateConsumerAsync(Name, consumer, cancellationToken);
        }
        catch (NatsJSApiException taken) when (taken.Error.ErrCode == SubjectIsTaken)
        {
            return null;
        }
    }

    /// <summary>Returns how many messages wait for a consumer, and how many that it has delivered are not settled.</summary>
    /// <exception cref="NatsException">NATS is unavailable or refuses, or the consumer is missing.</exception>
    public async Task<(long Waiting, long InHand)> BacklogAsync(string consumer, CancellationToken cancellationToken)
    {
        var info = (await _js.GetConsumerAsync(Name, consumer, cancellationToken)).Info;
        return ((long)info.NumPending, info.NumAckPending);
    }

    /// <summary>Removes a consumer after the server has processed every ack, because a removal would overtake queued acks.</summary>
    /// <exception cref="NatsException">NATS is unavailable or refuses.</exception>
    public async Task RemoveConsumerAsync(string consumer)
    {
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < AcksTakenWithin; await Task.Delay(Look))
        {
            if ((await _js.GetConsumerAsync(Name, consumer)).Info.NumAckPending == 0)
                break;
        }
        await _js.DeleteConsumerAsync(Name, consumer);
    }

    /// <summary>Deletes and recreates a consumer with the same configuration, which delivers all messages of the stream again.</summary>
    /// <exception cref="NatsException">NATS is unavailable or refuses.</exception>
    public Task RecreateConsumerAsync(string consumer, CancellationToken cancellationToken) =>
        OneByOneAsync(() => ReplaceAsync(consumer, cancellationToken));

    /// <summary>
    /// Reads the payload of a message whose headers the client cannot parse from the stream itself. Null for any other message.
    /// </summary>
    /// <exception cref="NatsException">NATS is away, or refuses.</exception>
    public async ValueTask<ReadOnlyMemory<byte>?> UnreadableAsync(INatsJSMsg<NatsMemoryOwner<byte>> message)
    {
        if (message.Error is null || message.Metadata is not { } metadata)
            return null;
        var stream = await EnsureAsync();
        return (await stream.GetAsync(new StreamMsgGetRequest { Seq = metadata.Sequence.Stream })).Message.Data;
    }

    // A pull that finds no consumer while it is being recreated would create it with the usual configuration.
    private async Task<INatsJSConsumer> OneByOneAsync(Func<Task<INatsJSConsumer>> change)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await Interlocked.Exchange(ref _changed, done.Task);
        try
        {
            return await change();
        }
        finally
        {
            done.SetResult();
        }
    }

    private string[] Subjects => [.. subjects?.Invoke() ?? config.Subjects!];

    /// <summary>
    /// Adds the subjects that the stream lacks. nats-server cannot write a configuration only if it is unchanged, so another process may
    /// overwrite ours with what it has read before. Therefore it is read again until it has all of ours and none is removed.
    /// </summary>
    private async Task<INatsJSStream> CoverSubjectsAsync(INatsJSStream stream, CancellationToken cancellationToken)
    {
        var seen = Subjects;
        while (true)
        {
            var found = stream.Info.Config.Subjects ?? [];
            if (SubjectPattern.Missing(found, seen) is [])
                return stream;
            seen = [.. seen.Union(found)];
            await AddSubjectsAsync(seen, cancellationToken);
            await Task.Delay(OthersWriteWithin, cancellationToken);
            stream = await _js.GetStreamAsync(Name, cancellationToken: cancellationToken);
        }
    }

    // As JSON, because the client drops properties that it does not know, which would reset them.
    private async Task AddSubjectsAsync(IReadOnlyCollection<string> wanted, CancellationToken cancellationToken)
    {
        var existing = (await AskAsync("INFO", "", cancellationToken))["config"]!;
        var found = existing["subjects"]?.AsArray().Select(subject => (string)subject!).ToList() ?? [];
        var missing = SubjectPattern.Missing(found, wanted);

        // Subjects of a stream must not overlap.
        var kept = SubjectPattern.Missing(missing, found);
        existing["subjects"] = new JsonArray([.. kept.Concat(missing).Select(subject => JsonValue.Create(subject))]);
        await AskAsync("UPDATE", existing.ToJsonString(), cancellationToken);
    }

    private async Task<JsonNode> AskAsync(string verb, string request, CancellationToken cancellationToken)
    {
        var answer = await nats.RequestAsync<string, string>(
            $"{_js.Opts.Prefix}.STREAM.{verb}.{Name}", request, cancellationToken: cancellationToken);
        var json = JsonNode.Parse(answer.Data ?? "{}")!;
        return json["error"] is { } error ? throw new NatsJSException($"Subjects of {Name}: {(string?)error["description"]}") : json;
    }

    private async Task<INatsJSConsumer> ReplaceAsync(string consumer, CancellationToken cancellationToken)
    {
        var existing = (await _js.GetConsumerAsync(Name, consumer, cancellationToken)).Info.Config;

        // With a consumer, the server removes the messages of a fan-out that no other consumer waits for.
        var keeper = new ConsumerConfig($"{consumer}-keeper")
        {
            FilterSubject = existing.FilterSubject,
            InactiveThreshold = KeeperInactive,
        };
        if (consumers is not null)
            await _js.CreateOrUpdateConsumerAsync(Name, keeper, cancellationToken);
        _deleted[consumer] = existing;
        await _js.DeleteConsumerAsync(Name, consumer, cancellationToken);
        var made = await _js.CreateOrUpdateConsumerAsync(Name, existing, cancellationToken);
        _deleted.Remove(consumer);
        if (consumers is not null)
            await _js.DeleteConsumerAsync(Name, keeper.Name!, cancellationToken);
        return made;
    }

    private Task<INatsJSConsumer> FindOrCreateAsync(ConsumerConfig consumer, CancellationToken cancellationToken) => FindOrCreateAsync(
        () => _js.GetConsumerAsync(Name, consumer.Name!, cancellationToken),
        () => _js.CreateConsumerAsync(Name, consumer, cancellationToken),
        ConsumerNotFound,
        ConsumerExists, ConsumerNameInUse);

    // Several processes may create it at once, and the first one may use another configuration.
    private static async Task<T> FindOrCreateAsync<T>(Func<ValueTask<T>> find, Func<ValueTask<T>> create, int missing, params int[] taken)
    {
        try
        {
            return await find();
        }
        catch (NatsJSApiException e) when (e.Error.ErrCode == missing)
        {
            try
            {
                return await create();
            }
            catch (NatsJSApiException other) when (taken.Contains(other.Error.ErrCode))
            {
                return await find();
            }
        }
    }
}
