using System.Buffers;
using NATS.Client.Core;
using Polly;
using RideIngest.Hosting.Retries;

namespace RideIngest.Streams.Nats;

/// <summary>Receives one message. Must not block, because it runs on the thread that reads the connection.</summary>
public delegate void Receive(string subject, ReadOnlySpan<byte> payload);

/// <summary>Keeps a subscription while the process runs, even if NATS starts later.</summary>
public static class Listening
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // No log message: the connector logs a missing connection.
    private static readonly ResiliencePipeline Retry = Persistently.Retry(Pause, Pause, on: e => e is NatsException);

    public static Task ForeverAsync(INatsConnection nats, string subject, Receive receive, CancellationToken stopping)
    {
        return ForeverAsync(SubscribeAsync, stopping);

        async ValueTask SubscribeAsync(CancellationToken stop)
        {
            var subscription = new Subscription(nats, subject, receive, stop);
            await nats.AddSubAsync(subscription, stop);

            // The connection holds the subscription only weakly; this wait keeps it alive, through its token.
            await subscription.Ended.WaitAsync(stop);
            throw new NatsException($"The subscription to {subject} has ended");
        }
    }

    /// <param name="listen">Subscribes, and handles messages until the subscription ends.</param>
    public static async Task ForeverAsync(Func<CancellationToken, ValueTask> listen, CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            await Retry.ExecuteAsync(listen, stopping);
        }
        catch (ObjectDisposedException)
        {
            // The process is shutting down.
        }
    }

    /// <summary>
    /// Passes on each message as it is read. NATS.Net's own subscription uses a channel, which drops messages when full and wakes another
    /// thread for each.
    /// </summary>
    private sealed class Subscription(INatsConnection nats, string subject, Receive receive, CancellationToken stop)
        : NatsSubBase(nats, nats.SubscriptionManager, subject, queueGroup: null, opts: null, stop)
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        protected override ValueTask ReceiveInternalAsync(
            string subject, string? replyTo, ReadOnlySequence<byte>? headersBuffer, ReadOnlySequence<byte> payloadBuffer)
        {
            receive(subject, payloadBuffer.IsSingleSegment ? payloadBuffer.FirstSpan : payloadBuffer.ToArray());
            return ValueTask.CompletedTask;
        }

        protected override void TryComplete() => _ended.TrySetResult();
    }
}
