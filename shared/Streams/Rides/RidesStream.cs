using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Records.Kinds;
using RideIngest.Streams.Setup;

namespace RideIngest.Streams.Rides;

/// <summary>The stream of the rides system, and the durable consumer that all instances of the consumer share.</summary>
public sealed class RidesStream(INatsConnection nats, SpineSettings settings, Catalog catalog)
{
    public const string Name = "RIDES";

    public const string Consumer = "store";

    /// <summary>
    /// The time without a progress report after which the server delivers a frame to another instance. Frames of a crashed instance wait
    /// this long; a running one reports progress well before.
    /// </summary>
    public static readonly TimeSpan AckWait = TimeSpan.FromSeconds(5);

    private const string SubjectPrefix = "rides.ingest.";

    public EnsuredStream Stream { get; } = new(
        nats,
        EnsuredStream.WorkQueue(
            settings.Stream, [.. catalog.Kinds.Select(kind => Subject(kind.Name))], "Frames of records on their way to Postgres",
            FrameBlocks.Whole(settings.StreamBytes), settings.Replicas),
        "ingest.stream");

    /// <summary>Returns the subject for frames of a kind.</summary>
    public static string Subject(string kind) => SubjectPrefix + kind;

    /// <summary>Returns the kind of a frame on this subject.</summary>
    public static string KindOf(string subject) =>
        subject.StartsWith(SubjectPrefix, StringComparison.Ordinal) ? subject[SubjectPrefix.Length..] : subject;

    /// <summary>Returns the shared consumer; creates it and the stream if missing.</summary>
    /// <exception cref="NatsException">NATS is unavailable or refuses.</exception>
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
