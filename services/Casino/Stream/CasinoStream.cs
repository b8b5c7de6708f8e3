using System.Diagnostics;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using Polly;
using RideIngest.Casino.Settings;
using RideIngest.Hosting.Retries;
using RideIngest.Streams.Nats;

namespace RideIngest.Casino.Stream;

/// <summary>
/// The one stream of the casino: a work queue, in which an event stays until the role that it waits for has handed it on. A publish carries
/// an id, so that trying again is safe.
/// </summary>
internal sealed class CasinoStream(INatsConnection nats, CasinoSettings settings)
{
    private const int MostAttempts = 3;
    private const int StreamFull = 10077;
    private const int StreamNotFound = 10059;
    private const int StreamNameInUse = 10058;
    private const int MessageNotFound = 10037;
    private const int ConsumerNotFound = 10014;

    private static readonly TimeSpan AcksTakenWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly ResiliencePipeline<bool> Publishing = Attempts.AtMost(MostAttempts, TimeSpan.Zero);

    private readonly NatsJSContext _js = new(nats);
    private volatile bool _seen;

    /// <summary>Half of what the server takes, which leaves room for the headers.</summary>
    public int LongestPayload => Payload.Most(nats) / 2;

    /// <summary>Creates the stream where it is missing. One that exists stays as its operator has it.</summary>
    /// <exception cref="NatsException">NATS is away, or refuses.</exception>
    public async Task<INatsJSStream> EnsureAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            return await _js.GetStreamAsync(settings.Stream, cancellationToken: cancellationToken);
        }
        catch (NatsJSApiException missing) when (missing.Error.ErrCode == StreamNotFound)
        {
            return await CreateAsync(cancellationToken);
        }
    }

    /// <summary>The consumer that every process with the lane's role shares, created where it is missing.</summary>
    /// <exception cref="NatsException">NATS is away, or refuses.</exception>
    public async Task<INatsJSConsumer> ConsumerAsync(Lane lane, CancellationToken cancellationToken)
    {
        var stream = await EnsureAsync(cancellationToken);
        try
        {
            return await stream.GetConsumerAsync(lane.Consumer, cancellationToken);
        }
        catch (NatsJSApiException missing) when (missing.Error.ErrCode == ConsumerNotFound)
        {
            return await stream.CreateOrUpdateConsumerAsync(ConfigOf(lane, lane.Consumer), cancellationToken);
        }
    }

    /// <summary>
    /// A consumer of this process alone, gone when nobody pulls. The server grants one to a subject: null while another process has it.
    /// </summary>
    /// <exception cref="NatsException">NATS is away, or refuses.</exception>
    public async Task<INatsJSConsumer?> OnlyConsumerAsync(Lane lane, string name, TimeSpan inactive, CancellationToken cancellationToken)
    {
        const int NotUnique = 10100;
        await EnsureAsync(cancellationToken);
        var config = ConfigOf(lane, name);
        config.InactiveThreshold = inactive;
        try
        {
            return await _js.CreateOrUpdateConsumerAsync(settings.Stream, config, cancellationToken);
        }
        catch (NatsJSApiException taken) when (taken.Error.ErrCode == NotUnique)
        {
            return null;
        }
    }

    /// <summary>
    /// Removes the consumer when the server has taken every ack: they wait in a queue there, which a removal would overtake.
    /// </summary>
    /// <exception cref="NatsException">NATS is away, or refuses.</exception>
    public async Task LeaveAsync(string consumer)
    {
        for (var since = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(since) < AcksTakenWithin; await Task.Delay(Look))
        {
            if ((await _js.GetConsumerAsync(settings.Stream, consumer)).Info.NumAckPending == 0)
                break;
        }
        await _js.DeleteConsumerAsync(settings.Stream, consumer);
    }

    /// <summary>
    /// The first frame that waits on the lane, if the consumer counts it as settled: below its floor, or delivered, with none in anybody's
    /// hand.
    /// </summary>
    /// <exception cref="NatsException">NATS is away, or refuses.</exception>
    public async Task<ulong?> OrphanAsync(Lane lane, string consumer, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await _js.GetStreamAsync(settings.Stream, cancellationToken: cancellationToken);
            var first = (await stream.GetAsync(new StreamMsgGetRequest
            {
                Seq = 1,
                NextBySubj = lane.Subject,
            }, cancellationToken)).Message.Seq;
            var info = (await stream.GetConsumerAsync(consumer, cancellationToken)).Info;
            return info.AckFloor.StreamSeq >= first || (info.NumAckPending == 0 && info.Delivered.StreamSeq >= first) ? first : null;
        }
        catch (NatsJSApiException none) when (none.Error.ErrCode == MessageNotFound)
        {
            return null;
        }
    }

    /// <summary>Removes the consumer, whoever pulls.</summary>
    /// <exception cref="NatsException">NATS is away, or refuses.</exception>
    public async Task RemoveAsync(string consumer, CancellationToken cancellationToken) =>
        await _js.DeleteConsumerAsync(settings.Stream, consumer, cancellationToken);

    /// <summary>
    /// Publishes under an id that the stream stores once within its duplicate window. Never throws but for a cancellation.
    /// </summary>
    public async Task<Published> PublishAsync(
        Lane lane, ReadOnlyMemory<byte> payload, string id, CancellationToken cancellationToken = default)
    {
        // NATS.Net waits without end for a connection that is lost.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(MostAttempts * nats.Opts.RequestTimeout);
        try
        {
            return await TryPublishAsync(lane, payload, id, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Published.Unknown;
        }
    }

    private async Task<Published> TryPublishAsync(Lane lane, ReadOnlyMemory<byte> payload, string id, CancellationToken cancellationToken)
    {
        // One attempt of NATS.Net's own: each of those that found no stream ends with a pause, the last one too.
        var opts = new NatsJSPubOpts { MsgId = id, RetryAttempts = 1 };
        var end = Published.Away;
        await Publishing.ExecuteAsync(async token =>
        {
            // What was sent before NATS went away, it may have: the end stays as it was.
            if (nats.ConnectionState != NatsConnectionState.Open || (!_seen && !await IsThereAsync(token)))
                return false;
            var result = await _js.TryPublishAsync(
                lane.Subject, payload, NatsRawSerializer<ReadOnlyMemory<byte>>.Default, opts, cancellationToken: token);
            end = result switch
            {
                { Success: true, Value.Error: null } => Published.Taken,
                { Success: true, Value.Error.ErrCode: StreamFull } => Published.Full,
                _ => Published.Unknown,
            };
            if (end == Published.Unknown)
                _seen = false;
            return end == Published.Unknown;
        }, cancellationToken);
        return end;
    }

    private async Task<bool> IsThereAsync(CancellationToken cancellationToken)
    {
        try
        {
            await EnsureAsync(cancellationToken);
            return _seen = true;
        }
        catch (NatsException)
        {
            return false;
        }
    }

    private async Task<INatsJSStream> CreateAsync(CancellationToken cancellationToken)
    {
        var config = new StreamConfig(settings.Stream, ["casino.>"])
        {
            Description = "Casino events on their way from role to role",
            Storage = StreamConfigStorage.File,
            Retention = StreamConfigRetention.Workqueue,
            Discard = StreamConfigDiscard.New,
            MaxBytes = settings.StreamBytes,
            NumReplicas = settings.Replicas,
            DuplicateWindow = TimeSpan.FromMinutes(2),
        };
        try
        {
            return await _js.CreateStreamAsync(config, cancellationToken);
        }
        catch (NatsJSApiException other) when (other.Error.ErrCode == StreamNameInUse)
        {
            // Another process came first.
            return await _js.GetStreamAsync(settings.Stream, cancellationToken: cancellationToken);
        }
    }

    private static ConsumerConfig ConfigOf(Lane lane, string name) => new(name)
    {
        FilterSubject = lane.Subject,
        AckPolicy = ConsumerConfigAckPolicy.Explicit,
        AckWait = TimeSpan.FromSeconds(30),
        MaxDeliver = -1,
        MaxAckPending = 10_000,
    };
}
