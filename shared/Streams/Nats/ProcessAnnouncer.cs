using Microsoft.Extensions.Hosting;
using NATS.Client.Core;
using RideIngest.Contracts.Processes;
using RideIngest.Hosting.Health;
using RideIngest.Hosting.Processes;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Streams.Nats;

/// <summary>Announces this process and its readiness for the console.</summary>
internal sealed class ProcessAnnouncer(NatsConnection connection, Readiness readiness, ServiceIdentity identity, SystemMeter systems)
    : BackgroundService
{
    private static readonly TimeSpan SentWithin = TimeSpan.FromSeconds(2);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await AnnounceAsync(new(ProcessAnnouncement.Stopped, []), cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(ProcessAnnouncement.Period);
        do
            await AnnounceAsync(await readiness.ReportAsync(stoppingToken), stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task AnnounceAsync(ReadinessReport report, CancellationToken cancellationToken)
    {
        // Also while nothing is sent, because it moves the window of the latencies.
        var totals = systems.Read();

        // While NATS is unavailable, the client would buffer announcements and send them when they are out of date.
        if (connection.ConnectionState != NatsConnectionState.Open)
            return;
        var announcement = new ProcessAnnouncement(
            identity.Name, identity.Instance, identity.Version, identity.Modules, identity.StartedAt, report.Status,
            [.. report.Missing.Select(missing => new MissingPart(missing.Name, missing.Detail))], totals);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(SentWithin);
        try
        {
            await connection.PublishAsync(ProcessAnnouncement.Subject, announcement.Write(), cancellationToken: limit.Token);
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException)
        {
            // The connection was lost since the check above; the next announcement replaces this one.
        }
    }
}
