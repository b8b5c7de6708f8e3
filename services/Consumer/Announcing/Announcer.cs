using System.Buffers;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Consumer.Storing;
using RideIngest.Consumer.Telemetry;
using RideIngest.Consumer.Work;
using RideIngest.Contracts.Frames;
using RideIngest.Hosting.Processes;
using RideIngest.Streams.Pulls;

namespace RideIngest.Consumer.Announcing;

/// <summary>
/// Announces once a second whether this consumer can store and how large the backlog is, and records the same as metrics.
/// </summary>
internal sealed class Announcer(
    NatsConnection connection, StreamWatch stream, StoreGate gate, FramePull pull, ServiceIdentity identity)
    : BackgroundService
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);

    private StreamSight _sight;
    private bool _seen;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ConsumerAnnouncement.Period);
        var looking = Task.CompletedTask;
        do
        {
            if (looking.IsCompleted)
            {
                await looking;
                looking = Task.WhenAll(gate.ProbeAsync(stoppingToken), LookAsync(stoppingToken));
            }

            // A slow server must not delay the announcement, which shows that this consumer is running.
            await Task.WhenAny(looking, Task.Delay(ConsumerAnnouncement.Period / 2, stoppingToken));
            await AnnounceAsync(pull.Trouble ?? gate.Trouble, stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await AnnounceAsync("It has left.", cancellationToken);
    }

    private async Task LookAsync(CancellationToken stoppingToken)
    {
        // NATS.Net waits while the connection is lost.
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        limit.CancelAfter(AnswersWithin);
        try
        {
            _sight = await stream.LookAsync(limit.Token);
            _seen = true;
        }
        catch (Exception e) when (e is NatsException || (e is OperationCanceledException && !stoppingToken.IsCancellationRequested))
        {
            // Announcements repeat the last values until NATS is back.
            _seen = false;
        }
    }

    private async Task AnnounceAsync(string? trouble, CancellationToken cancellationToken)
    {
        ConsumerTelemetry.Observed(_seen ? (_sight.Backlog, _sight.PendingAcks, _sight.OldestAge) : null, trouble is null);

        // While NATS is unavailable, the client would buffer announcements and send them when they are out of date.
        if (connection.ConnectionState != NatsConnectionState.Open)
            return;
        var announcement = new ConsumerAnnouncement(
            identity.Instance, trouble is null, trouble, _sight.Backlog, _sight.DrainPerSecond, DateTimeOffset.UtcNow);
        var bytes = new ArrayBufferWriter<byte>();
        announcement.Write(bytes);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswersWithin);
        try
        {
            await connection.PublishAsync(ConsumerAnnouncement.Subject, bytes.WrittenMemory, cancellationToken: limit.Token);
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException)
        {
            // The connection was lost since the check above; the next announcement replaces this one.
        }
    }
}
