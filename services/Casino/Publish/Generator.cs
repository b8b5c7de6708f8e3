using System.Security.Cryptography;
using RideIngest.Casino.Events;
using RideIngest.Casino.Settings;
using RideIngest.Hosting.Processes;
using RideIngest.Streams.Intake;

namespace RideIngest.Casino.Publish;

/// <summary>
/// Publishes generated events with random pauses of at most twice the average: at 20 events a second, under 100 ms. Events that the stream
/// does not take are retried until it does.
/// </summary>
internal sealed class Generator(
    EventPublisher<CasinoEvent> publisher, CasinoSettings settings, CasinoDefaults defaults, TimeProvider clock, NormalStop normalStop)
    : BackgroundService
{
    private const int Together = 1000;
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>Publishes until stopped; a batch in hand is completed.</summary>
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

            // After a stall, it continues from now and does not catch up.
            if (now - due > second)
                due = now;
            for (; due <= now && batch.Count < Together; due += (long)(random.NextDouble() * 2 / rate * second))
                batch.Add(events.Next(clock.GetUtcNow()));
            await publisher.PublishAllAsync(batch, clock, stoppingToken);
            var pause = clock.GetElapsedTime(clock.GetTimestamp(), due);
            await Task.Delay(pause > Tick ? pause : Tick, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Completes the batch in hand, unless NATS hangs.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Patience);
        await base.StopAsync(limit.Token);
    }

    /// <summary>
    /// The first id of this run. Runs do not overlap in practice, ids do not collide with small ids of other senders, and all are exact in
    /// JSON readers (up to 2^53).
    /// </summary>
    private static long FirstId() => (long)RandomNumberGenerator.GetInt32(1, 1 << 21) << 32;
}
