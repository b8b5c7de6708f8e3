using System.Diagnostics;
using NATS.Client.JetStream;

namespace RideIngest.Streams.Pulls;

/// <summary>
/// Takes messages of a consumer by two pulls that overlap. Two, because nats-server 2.9 may silently drop one that expires just when a
/// message arrives: the other one gets the message then. None is cancelled: a pull ends by itself, within a second when nothing comes,
/// since a message that the server sends to a pull that has just left is delivered again only after its ack wait.
/// </summary>
public static class StandingPull
{
    private static readonly TimeSpan Expires = TimeSpan.FromSeconds(1);

    /// <summary>Runs until asked to stop, or until a pull ends as if its stream or consumer were gone; nothing comes after that.</summary>
    /// <param name="bytes">About as much may be on its way to each pull.</param>
    /// <param name="room">Ends when the next pull is welcome.</param>
    /// <param name="take">Called for both pulls at a time.</param>
    /// <param name="abandon">Cancels the pulls all the same: without NATS they would wait for it.</param>
    public static async Task RunAsync<T>(
        INatsJSConsumer consumer,
        long bytes,
        Func<CancellationToken, Task> room,
        Func<INatsJSMsg<T>, ValueTask> take,
        CancellationToken stop,
        CancellationToken abandon = default)
    {
        var size = new PullSize(bytes);
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stop);
        await Task.WhenAll(RepeatAsync(TimeSpan.Zero), RepeatAsync(Expires / 2));

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
