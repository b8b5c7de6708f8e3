using System.Globalization;
using NATS.Client.Core;
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
    private const string ForRetries = ".retry.";

    /// <summary>The sources. Each has its own consumer, because nats-server 2.9 supports one filter subject per consumer.</summary>
    public required IReadOnlyList<StageSource> From { get; init; }

    /// <summary>
    /// The subject of the next stage; null for the last stage, and for one whose step hands on with
    /// <see cref="OutgoingEvents{TEvent}"/>.
    /// </summary>
    public string? Next { get; init; }

    /// <summary>The number of events at which a batch is full.</summary>
    public int BatchEvents { get; init; } = 2000;

    /// <summary>The number of attempts, retries included, after which an event becomes a dead letter if its step throws.</summary>
    public int MostAttempts { get; init; } = 10;

    /// <summary>
    /// The longest pause before a retry for which the step names no time. The pause begins below a second and doubles with each attempt.
    /// </summary>
    public TimeSpan LongestPause { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long after its first attempt an event that is still not done becomes a dead letter. Null, the default, for a stage that retries
    /// until the step does not ask for it any more.
    /// </summary>
    public TimeSpan? RetryFor { get; init; }

    /// <summary>The time limit of a step. After that it is cancelled and counts as failed.</summary>
    public TimeSpan StepTimeout { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Replaces the way in which the stage of a work queue finds its consumer. Returns null while another process uses it exclusively.
    /// </summary>
    public Func<ConsumerConfig, CancellationToken, Task<INatsJSConsumer?>>? Reach { get; init; }

    /// <summary>Whether it is usual that another process has the stage, so that nobody needs to be told.</summary>
    public bool MayStandBy { get; init; }

    /// <summary>Whether the step gets the frames in the order of the stream.</summary>
    public bool InOrder { get; init; }

    /// <summary>
    /// The source of single events that are retried apart from their original frame. Null for a stage with its own <see cref="Reach"/>.
    /// </summary>
    public StageSource? Retries => Reach is null ? new($"{Name}-retry", RetrySubject(From[0].Subject.Split('.')[0], Name)) : null;

    /// <summary>
    /// Returns the number of events that rest before they are retried, if the stage has taken and settled all others in whatever process;
    /// null if it has not. Not for a stage with its own <see cref="Reach"/>.
    /// </summary>
    /// <exception cref="NatsException">NATS is unavailable or refuses, or a consumer is missing.</exception>
    public async Task<long?> RestingAsync(CancellationToken cancellationToken)
    {
        var resting = 0L;

        // An event is in the source for retries before it is acked in its own, so that source comes last.
        foreach (var source in Sources)
        {
            var (waiting, inHand) = await Stream.BacklogAsync(source.Consumer, cancellationToken);
            if (waiting > 0 || (inHand > 0 && source != Retries))
                return null;
            resting += inHand;
        }
        return resting;
    }

    /// <summary>The subject on which one event is sent to one stage again.</summary>
    public static string RetrySubject(string system, string stage) => $"{system}{ForRetries}{stage}";

    internal static bool IsForRetries(string subject) => subject.Contains(ForRetries, StringComparison.Ordinal);

    /// <summary>Returns the consumers of stages, for a stream that is a fan-out.</summary>
    public static IEnumerable<ConsumerConfig> ConsumersOf(params IEnumerable<StageDefinition> stages) =>
        stages.SelectMany(stage => stage.Sources).Select(source => source.ToConsumer());

    /// <summary>Returns the subjects of stages, for their stream.</summary>
    public static IEnumerable<string> SubjectsOf(params IEnumerable<StageDefinition> stages) =>
        stages.SelectMany(stage => stage.Sources).Select(source => source.Subject).Distinct();

    internal IEnumerable<StageSource> Sources => Retries is { } retries ? From.Append(retries) : From;

    internal bool IsRetry<TEvent>(EventFrame<TEvent> frame) => frame.Subject == Retries?.Subject;

    /// <summary>Whether its event has been retried for too long, counted from when it was published on the subject for retries.</summary>
    internal bool IsExpired<TEvent>(EventFrame<TEvent> frame) =>
        RetryFor is { } limit && IsRetry(frame) && DateTimeOffset.UtcNow - frame.Timestamp >= limit;

    /// <summary>The id of an event in this stage, which it keeps when it is retried in a frame of its own.</summary>
    internal string IdOf<TEvent>(EventFrame<TEvent> frame, int index) =>
        IsRetry(frame) && frame.Id is { } id
            ? id
            : string.Create(CultureInfo.InvariantCulture, $"{Name}-{frame.Sequence}-{index}");
}
