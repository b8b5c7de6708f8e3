using System.Diagnostics;
using NATS.Client.JetStream;

namespace RideIngest.Platform.Messaging;

/// <summary>
/// Takes messages of a consumer by two pulls that overlap. Two, because nats-server 2.9 may drop one that expires just when a message arrives, without a word:
/// the other one gets the message then. And none is broken off: it ends by itself, within a second when nothing comes, since what the server sends just when
/// somebody leaves is delivered to nobody until it has waited for an ack long enough.
/// </summary>
public static class StandingPull
{
    private static readonly TimeSpan Expires = TimeSpan.FromSeconds(1);

    /// <summary>Runs until asked to stop, or until a pull ends as if its stream or consumer were gone; nothing comes after that.</summary>
    /// <param name="most">What a pull may bring.</param>
    /// <param name="room">Ends when the next pull is welcome.</param>
    /// <param name="take">Called for both pulls at a time.</param>
    /// <param name="abandon">Breaks the pulls off all the same: without NATS they would wait for it.</param>
    public static async Task RunAsync<T>(
        INatsJSConsumer consumer,
        NatsJSFetchOpts most,
        Func<CancellationToken, Task> room,
        Func<INatsJSMsg<T>, ValueTask> take,
        CancellationToken stop,
        CancellationToken abandon = default)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var opts = most with { Expires = Expires, IdleHeartbeat = TimeSpan.Zero };
        await Task.WhenAll(RepeatAsync(TimeSpan.Zero), RepeatAsync(Expires / 2));

        async Task RepeatAsync(TimeSpan later)
        {
            try
            {
                await Task.Delay(later, enough.Token);
                do await room(enough.Token);
                while (await PullAsync() && !enough.IsCancellationRequested);
            }
            catch (OperationCanceledException) when (enough.IsCancellationRequested)
            {
                // The other one has met something, or the process ends.
            }
            finally
            {
                await enough.CancelAsync();
            }
        }

        async Task<bool> PullAsync()
        {
            var since = Stopwatch.GetTimestamp();
            var came = false;
            await foreach (var message in consumer.FetchAsync<T>(opts, cancellationToken: abandon))
            {
                came = true;
                await take(message);
            }
            var took = Stopwatch.GetElapsedTime(since);
            return came || (took > Expires / 2 && took < 2 * Expires);
        }
    }
}
