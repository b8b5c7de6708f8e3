using System.Globalization;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Streams.Setup;

namespace RideIngest.Streams.Stages;

/// <summary>A source of a stage's events.</summary>
/// <param name="Consumer">The durable consumer that all processes with the stage share.</param>
public sealed record StageSource(string Consumer, string Subject)
{
    internal static readonly TimeSpan AckWait = TimeSpan.FromSeconds(30);

    internal ConsumerConfig ToConsumer() => new(Consumer)
    {
        FilterSubject = Subject,
        AckPolicy = ConsumerConfigAckPolicy.Explicit,
        AckWait = AckWait,
        MaxDeliver = -1,
        MaxAckPending = 10_000,
    };
}

/// <summary>The definition of a stage: its sources, the next subject, and its limits.</summary>
/// <param name="System">The system, as in metrics and dead letters.</param>
/// <param name="Name">The stage, unique in its system.</param>
public sealed record StageDefinition(string System, string Name, EnsuredStream Stream)
{
    /// <summary>The sources. Each has its own consumer, because nats-server 2.9 supports one filter subject per consumer.</summary>
    public required IReadOnlyList<StageSource> From { get; init; }

    /// <summary>
    /// The subject of the next stage; null for the last stage, and for one whose step hands on with
    /// <see cref="OutgoingEvents{TEvent}"/>.
    /// </summary>
    public string? Next { get; init; }

    /// <summary>The number of events at which a batch is full.</summary>
    public int BatchEvents { get; init; } = 2000;

    /// <summary>The number of attempts after which an event becomes a dead letter if its step throws.</summary>
    public int MostAttempts { get; init; } = 10;

    /// <summary>The time limit of a step. After that it is cancelled and counts as failed.</summary>
    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Replaces the way in which the stage of a work queue finds its consumer. Returns null while another process uses it exclusively.
    /// </summary>
    public Func<ConsumerConfig, CancellationToken, Task<INatsJSConsumer?>>? Reach { get; init; }

    /// <summary>
    /// The source of single events that are retried apart from their original frame. Null for a stage with its own <see cref="Reach"/>.
    /// </summary>
    public StageSource? Retries => Reach is null ? new($"{Name}-retry", $"{From[0].Subject.Split('.')[0]}.retry.{Name}") : null;

    /// <summary>Returns the consumers of stages, for a stream that is a fan-out.</summary>
    public static IEnumerable<ConsumerConfig> ConsumersOf(params IEnumerable<StageDefinition> stages) =>
        stages.SelectMany(stage => stage.Sources).Select(source => source.ToConsumer());

    internal IEnumerable<StageSource> Sources => Retries is { } retries ? From.Append(retries) : From;

    /// <summary>The id of an event in this stage, which it keeps when it is retried in a frame of its own.</summary>
    internal string IdOf<TEvent>(EventFrame<TEvent> frame, int index) =>
        frame.Subject == Retries?.Subject && frame.Id is { } id
            ? id
            : string.Create(CultureInfo.InvariantCulture, $"{Name}-{frame.Sequence}-{index}");
}
