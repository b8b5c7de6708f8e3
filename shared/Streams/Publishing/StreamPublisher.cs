using NATS.Client.Core;
using Polly;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Retries;
using RideIngest.Streams.Setup;

namespace RideIngest.Streams.Publishing;

/// <summary>Publishes to streams. A stream stores a message id only once, so publishing again is safe.</summary>
public sealed class StreamPublisher(INatsConnection nats)
{
    private const int MostAttempts = 3;

    // NATS.Net's own timeout starts when the message is written, which waits for a connection. Ours covers both.
    private static readonly NatsSubOpts ReplyOpts = new() { Timeout = Timeout.InfiniteTimeSpan, ThrowIfNoResponders = false };

    private static readonly ResiliencePipeline<bool> Several = Attempts.AtMost(MostAttempts, TimeSpan.Zero);

    public bool IsOpen => nats.ConnectionState == NatsConnectionState.Open;

    /// <summary>Publishes with a few attempts, and creates the stream if it is missing. Throws only when cancelled.</summary>
    /// <param name="headers">Creates the headers for one attempt, because they are read-only once published.</param>
    public async Task<Published> PublishAsync(
        EnsuredStream stream, string subject, ReadOnlyMemory<byte> payload, Func<NatsHeaders> headers, CancellationToken cancellationToken)
    {
        var last = new Published(PublishEnd.Away, Reason: "NATS is away");
        await Several.ExecuteAsync(
            async token =>
            {
                if (!IsOpen)
                    return false;
                var published = await TryAsync(subject, payload, headers(), nats.Opts.RequestTimeout, token);

                // If an earlier attempt may have succeeded, a later refusal does not change that.
                if (last.End != PublishEnd.Unknown || published.End == PublishEnd.Taken)
                    last = published;
                if (published.End == PublishEnd.Away)
                    await EnsureAsync(stream, token);
                return published.End is PublishEnd.Away or PublishEnd.Unknown;
            },
            cancellationToken);
        return last;
    }

    /// <summary>Publishes in one attempt. Throws only when cancelled.</summary>
    public async ValueTask<Published> TryAsync(
        string subject, ReadOnlyMemory<byte> payload, NatsHeaders headers, TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(timeout);
        try
        {
            var ack = await nats.RequestAsync(
                subject, payload, headers, NatsRawSerializer<ReadOnlyMemory<byte>>.Default, PublishAck.Reader,
                replyOpts: ReplyOpts, cancellationToken: limit.Token);
            if (ack.HasNoResponders)
                return new Published(PublishEnd.Away, Reason: "no stream listens");
            if (ack.Error is { } unreadable)
                return new Published(PublishEnd.Unknown, Reason: unreadable.Message);
            return ack.Data switch
            {
                { Sequence: > 0 } taken => new Published(PublishEnd.Taken, taken.Sequence),
                { Error: > 0 } none => new Published(none.IsFull ? PublishEnd.Refused : PublishEnd.Away, Reason: none.Reason),
                _ => new Published(PublishEnd.Unknown, Reason: "the answer is not an acknowledgement"),
            };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new Published(PublishEnd.Unknown, Reason: $"no acknowledgement within {Duration.Format(timeout)}");
        }
        catch (NatsPayloadTooLargeException tooLarge)
        {
            return new Published(PublishEnd.Refused, Reason: tooLarge.Message);
        }
        catch (Exception trouble) when (
            !cancellationToken.IsCancellationRequested
            && trouble is NatsException or ObjectDisposedException or OperationCanceledException or IOException)
        {
            return new Published(PublishEnd.Unknown, Reason: trouble.Message);
        }
    }

    private static async Task EnsureAsync(EnsuredStream stream, CancellationToken cancellationToken)
    {
        try
        {
            await stream.EnsureAsync(cancellationToken);
        }
        catch (NatsException)
        {
            // The next attempt will fail in the same way.
        }
    }
}
