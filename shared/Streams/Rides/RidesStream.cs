using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace RideIngest.Streams.Rides;

/// <summary>The stream that frames wait in, and the one durable consumer that every instance of the consumer shares.</summary>
public static class RidesStream
{
    public const string Name = "RIDES";

    public const string Consumer = "store";

    /// <summary>How long the server remembers a frame's id, and so stores a publish that is sent again only once.</summary>
    public static readonly TimeSpan DuplicateWindow = TimeSpan.FromMinutes(2);

    /// <summary>
    /// After how long without a word the server takes a consumer for gone and gives its frames to another. So long does a killed one hold
    /// up what it had in hand; a living one reports progress well within it.
    /// </summary>
    public static readonly TimeSpan AckWait = TimeSpan.FromSeconds(5);

    private const string SubjectPrefix = "rides.ingest.";
    private const int NameInUse = 10058;
    private const int StreamNotFound = 10059;
    private const int ConsumerNotFound = 10014;
    private const int ConsumerExists = 10148;
    private const int ConsumerNameInUse = 10013;

    /// <summary>Where frames of a kind are published.</summary>
    public static string Subject(string kind) => SubjectPrefix + kind;

    /// <summary>The kind of a frame published on this subject.</summary>
    public static string KindOf(string subject) =>
        subject.StartsWith(SubjectPrefix, StringComparison.Ordinal) ? subject[SubjectPrefix.Length..] : subject;

    /// <summary>Creates the stream and its consumer where they are missing. What exists stays as its operator has it.</summary>
    /// <exception cref="NATS.Client.Core.NatsException">NATS is away, or refuses.</exception>
    public static async Task<INatsJSConsumer> EnsureAsync(
        INatsJSContext js, SpineSettings settings, CancellationToken cancellationToken = default)
    {
        await EnsureStreamAsync(js, settings, cancellationToken);
        var config = new ConsumerConfig(Consumer)
        {
            Description = "Stores records in Postgres",
            AckPolicy = ConsumerConfigAckPolicy.Explicit,
            AckWait = AckWait,
            MaxDeliver = -1,
            MaxAckPending = 50_000,
        };
        return await FindOrCreateAsync(
            () => js.GetConsumerAsync(settings.Stream, Consumer, cancellationToken),
            () => js.CreateConsumerAsync(settings.Stream, config, cancellationToken),
            ConsumerNotFound,
            ConsumerExists, ConsumerNameInUse);
    }

    private static async Task EnsureStreamAsync(INatsJSContext js, SpineSettings settings, CancellationToken cancellationToken)
    {
        var config = new StreamConfig(settings.Stream, [SubjectPrefix + ">"])
        {
            Description = "Frames of records on their way to Postgres",
            Storage = StreamConfigStorage.File,
            Retention = StreamConfigRetention.Workqueue,
            Discard = StreamConfigDiscard.New,
            MaxBytes = FrameBlocks.Whole(settings.StreamBytes),
            NumReplicas = settings.Replicas,
            DuplicateWindow = DuplicateWindow,
        };
        var stream = await FindOrCreateAsync(
            () => js.GetStreamAsync(settings.Stream, cancellationToken: cancellationToken),
            () => js.CreateStreamAsync(config, cancellationToken),
            StreamNotFound,
            NameInUse);

        var found = stream.Info.Config;
        if (found.Retention != StreamConfigRetention.Workqueue || found.Discard != StreamConfigDiscard.New)
            throw new NatsJSException(
                $"The stream {settings.Stream} exists and is not a work queue that discards new messages. Delete or rename it, or "
                    + "set ingest.stream to another name.");
    }

    // Several processes may do this at once, and one that came first may have created it otherwise than we would.
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
