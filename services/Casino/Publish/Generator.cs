using System.Security.Cryptography;
using RideIngest.Casino.Events;
using RideIngest.Casino.Settings;
using RideIngest.Hosting.Processes;
using RideIngest.Streams.Publishing;

namespace RideIngest.Casino.Publish;

/// <summary>
/// Publishes events of its own, with a random pause between any two that is at most twice the average: at 20 a second, under 100 ms. What
/// the stream does not take is offered again until it does.
/// </summary>
internal sealed class Generator(
    EventPublisher publisher, CasinoSettings settings, CasinoDefaults defaults, TimeProvider clock, NormalStop normalStop)
    : BackgroundService
{
    private const int Together = 1000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Publishes until asked to stop, and until what was begun is published.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        var rate = settings.Generator.Rate ?? defaults.GeneratorRate;
        if (rate == 0 || !settings.Roles.Contains(Role.Generator))
            return;
        var random = settings.Generator.Seed is { } seed ? new Random(seed) : new Random();
        var events = new GeneratedEvents(random, FirstId());
        var due = clock.GetTimestamp();
        var second = (double)clock.TimestampFrequency;
        var batch = new List<CasinoEvent>();
        var since = due;
        while (!stoppingToken.IsCancellationRequested)
        {
            var now = clock.GetTimestamp();
            if (clock.GetElapsedTime(since, now) >= settings.Generator.For)
            {
                normalStop.Stop();
                return;
            }

            // After a stall it goes on from here: it does not make up for what it did not do.
            if (now - due > second)
                due = now;
            for (; due <= now && batch.Count < Together; due += (long)(random.NextDouble() * 2 / rate * second))
                batch.Add(events.Next(clock.GetUtcNow()));
            await PublishAsync(batch, stoppingToken);
            var pause = clock.GetElapsedTime(clock.GetTimestamp(), due);
            await Task.Delay(pause > Tick ? pause : Tick, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>What was begun is published first, unless NATS stands still.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        await base.StopAsync(limit.Token);
    }

    private async Task PublishAsync(List<CasinoEvent> batch, CancellationToken stop)
    {
        while (batch.Count > 0)
        {
            var ends = await Task.WhenAll(batch.ConvertAll(publisher.PublishAsync));
            for (var i = batch.Count - 1; i >= 0; i--)
            {
                if (ends[i].End == PublishEnd.Taken)
                    batch.RemoveAt(i);
            }
            if (batch.Count == 0 || stop.IsCancellationRequested)
                return;
            await Task.Delay(Pause, clock, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>
    /// Where the ids of this run begin: no two runs' meet, none is a small number of somebody else's, and all are exact in any JSON reader
    /// (2^53).
    /// </summary>
    private static long FirstId() => (long)RandomNumberGenerator.GetInt32(1, 1 << 21) << 32;
}
