using NATS.Client.Core;

namespace RideIngest.Platform.Messaging;

/// <summary>Keeps a subscription for as long as the process runs, however late NATS comes up.</summary>
public static class Listening
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public static async Task ForeverAsync<T>(
        INatsConnection nats, string subject, INatsDeserialize<T> reader, NatsSubOpts? opts, Action<NatsMsg<T>> receive, CancellationToken stopping)
    {
        await Task.Yield();
        while (true)
        {
            try
            {
                await foreach (var message in nats.SubscribeAsync(subject, serializer: reader, opts: opts, cancellationToken: stopping))
                    receive(message);
            }
            catch (NatsException)
            {
                // Not connected yet; the connector says so in the log.
            }
            catch (ObjectDisposedException)
            {
                // The process ends.
                return;
            }
            await Task.Delay(Pause, stopping);
        }
    }
}
