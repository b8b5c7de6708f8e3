using NATS.Client.Core;
using Polly;
using RideIngest.Platform.Retries;

namespace RideIngest.Platform.Messaging;

/// <summary>Keeps a subscription for as long as the process runs, however late NATS comes up.</summary>
public static class Listening
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    // Silent: where there is no connection yet, the connector says so in the log.
    private static readonly ResiliencePipeline Retry = Persistently.Retry(Pause, Pause, on: e => e is NatsException);

    public static async Task ForeverAsync<T>(
        INatsConnection nats, string subject, INatsDeserialize<T> reader, NatsSubOpts? opts, Action<NatsMsg<T>> receive, CancellationToken stopping)
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
            await foreach (var message in nats.SubscribeAsync(subject, serializer: reader, opts: opts, cancellationToken: stop))
                receive(message);
            throw new NatsException($"The subscription to {subject} has ended");
        }
    }
}
