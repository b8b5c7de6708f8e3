using System.Buffers;
using NATS.Client.Core;
using Polly;
using RideIngest.Hosting.Retries;

namespace RideIngest.Streams.Nats;

/// <summary>Receives one message; called on the thread that reads the connection, so it must not wait.</summary>
public delegate void Receive(string subject, ReadOnlySpan<byte> payload);

/// <summary>Keeps a subscription for as long as the process runs, however late NATS comes up.</summary>
public static class Listening
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // Silent: where there is no connection yet, the connector says so in the log.
    private static readonly ResiliencePipeline Retry = Persistently.Retry(Pause, Pause, on: e => e is NatsException);

    public static async Task ForeverAsync(INatsConnection nats, string subject, Receive receive, CancellationToken stopping)
    {
        await Task.Yield();
        try
        {
            await Retry.ExecuteAsync(SubscribeAsync, stopping);
        }
        catch (ObjectDisposedException)
        {
            // The process ends.
        }

        async ValueTask SubscribeAsync(CancellationToken stop)
        {
            var subscription = new Subscription(nats, subject, receive, stop);
            await nats.AddSubAsync(subscription, stop);

            // The connection keeps a weak reference only; the wait, by its token, is what keeps the subscription.
            await subscription.Ended.WaitAsync(stop);
            throw new NatsException($"The subscription to {subject} has ended");
        }
    }

    /// <summary>
    /// Hands over each message as it is read. A subscription of NATS.Net's own goes through a channel, which drops messages when full and
    /// wakes another thread for each.
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
