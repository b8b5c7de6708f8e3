using System.Diagnostics;
using NATS.Client.Core;
using NATS.Client.JetStream;

namespace RideIngest.Streams.Pulls;

/// <summary>Pulls messages from a consumer, with two overlapping pulls unless their order matters.</summary>
/// <remarks>
/// nats-server 2.9 may drop a pull that expires just when a message arrives, and then the other pull gets the message. Pulls are not
/// cancelled but end within a second, because a message sent to a cancelled pull would be delivered again only after its ack wait.
/// </remarks>
public static class StandingPull
{
    private static readonly TimeSpan Expires = TimeSpan.FromSeconds(1);

    /// <summary>Pulls until stopped, or until a pull ends as if its stream or consumer were lost. No message arrives after that.</summary>
    /// <param name="bytes">The approximate number of bytes in transit per pull.</param>
    /// <param name="room">Completes when the next pull may start.</param>
    /// <param name="take">Takes a message. Both pulls may call it at the same time.</param>
    /// <param name="inOrder">Makes one pull at a time, because two get messages in turn and take them in any order.</param>
    /// <param name="abandon">Cancels pulls, which would wait for NATS while it is unavailable.</param>
    public static async Task RunAsync<T>(
        INatsConnection nats,
        INatsJSConsumer consumer,
        long bytes,
        Func<CancellationToken, Task> room,
        Func<INatsJSMsg<T>, ValueTask> take,
        bool inOrder,
        CancellationToken stop,
        CancellationToken abandon = default)
    {
        var size = new PullSize(bytes);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAll(inOrder ? [RepeatAsync(TimeSpan.Zero)] : [RepeatAsync(TimeSpan.Zero), RepeatAsync(Expires / 2)]);

        async Task RepeatAsync(TimeSpan later)
        {
            try
            {
                await Task.Delay(later, enough.Token);
                do
                    await room(enough.Token);
                while (await PullAsync() && !enough.IsCancellationRequested);
            }
            catch (OperationCanceledException) when (enough.IsCancellationRequested)
            {
                // The other pull has failed, or the process is shutting down.
            }
            finally
            {
                await enough.CancelAsync();
            }
        }

        async Task<bool> PullAsync()
        {
            // A pull that expires before it is subscribed is subscribed nevertheless, and NATS.Net never removes that subscription.
            await nats.ConnectAsync().AsTask().WaitAsync(abandon);

            var since = Stopwatch.GetTimestamp();
            var came = false;
            var opts = new NatsJSFetchOpts { MaxMsgs = size.Messages, Expires = Expires, IdleHeartbeat = TimeSpan.Zero };
            await foreach (var message in consumer.FetchAsync<T>(opts, cancellationToken: abandon))
            {
                came = true;
                size.Saw(message.Size);
                await take(message);
            }
            var took = Stopwatch.GetElapsedTime(since);
            return came || (took > Expires / 2 && took < 2 * Expires);
        }
    }
}
