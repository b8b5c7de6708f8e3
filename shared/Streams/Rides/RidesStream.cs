using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Streams.Setup;

namespace RideIngest.Streams.Rides;

/// <summary>The stream of the rides system, and the durable consumer that all instances of the consumer share.</summary>
public sealed class RidesStream(INatsConnection nats, SpineSettings settings)
{
    public const string Name = "RIDES";

    public const string Consumer = "store";

    /// <summary>
    /// After how long without a word the server takes a consumer for gone and delivers its frames to another one. A killed consumer holds
    /// up its frames for as long; a living one reports progress well within it.
    /// </summary>
    public static readonly TimeSpan AckWait = TimeSpan.FromSeconds(5);

    private const string SubjectPrefix = "rides.ingest.";

    public EnsuredStream Stream { get; } = new(
        nats,
        new StreamConfig(settings.Stream, [SubjectPrefix + ">"])
        {
            Description = "Frames of records on their way to Postgres",
            Storage = StreamConfigStorage.File,
            Retention = StreamConfigRetention.Workqueue,
            Discard = StreamConfigDiscard.New,
            MaxBytes = FrameBlocks.Whole(settings.StreamBytes),
            NumReplicas = settings.Replicas,
            DuplicateWindow = EnsuredStream.DuplicateWindow,
        },
        "ingest.stream");

    /// <summary>Where frames of a kind are published.</summary>
    public static string Subject(string kind) => SubjectPrefix + kind;

    /// <summary>The kind of a frame published on this subject.</summary>
    public static string KindOf(string subject) =>
        subject.StartsWith(SubjectPrefix, StringComparison.Ordinal) ? subject[SubjectPrefix.Length..] : subject;

    /// <summary>The shared consumer, created with the stream where either is missing.</summary>
    /// <exception cref="NatsException">NATS is away, or refuses.</exception>
    public Task<INatsJSConsumer> ConsumerAsync(CancellationToken cancellationToken = default) => Stream.ConsumerAsync(
        new ConsumerConfig(Consumer)
        {
            Description = "Stores records in Postgres",
            AckPolicy = ConsumerConfigAckPolicy.Explicit,
            AckWait = AckWait,
            MaxDeliver = -1,
            MaxAckPending = 50_000,
        },
        cancellationToken);
}
