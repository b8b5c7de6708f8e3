namespace NATS.Client.Core;

public static class NatsOptsExtensions
{
    /// <summary>Waits before attempt <paramref name="iter"/>: doubling from ReconnectWaitMin to ReconnectWaitMax, with jitter.</summary>
    public static Task BackoffWithJitterAsync(this NatsOpts opts, int iter, CancellationToken cancellationToken = default) =>
        Task.Delay(Backoff(opts, iter), cancellationToken);

    internal static TimeSpan Backoff(NatsOpts opts, int iter)
    {
        var doubled = opts.ReconnectWaitMin * Math.Pow(2, Math.Clamp(iter, 1, 31) - 1);
        var wait = doubled + (opts.ReconnectJitter * Random.Shared.NextDouble());
        return wait < opts.ReconnectWaitMax ? wait : opts.ReconnectWaitMax;
    }
}
