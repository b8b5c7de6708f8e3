using Microsoft.Extensions.Hosting;
using NATS.Client.Core;

namespace RideIngest.Streams.Nats;

/// <summary>Records once a second whether NATS answers. A server that hangs still looks connected, so it is asked.</summary>
internal sealed class NatsWatch(NatsConnection connection) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period);
        do
            NatsTelemetry.Connected(await AnswersAsync(stoppingToken));
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<bool> AnswersAsync(CancellationToken stoppingToken)
    {
        if (connection.ConnectionState != NatsConnectionState.Open)
            return false;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
        limit.CancelAfter(AnswersWithin);
        try
        {
            await connection.PingAsync(limit.Token);
            return true;
        }
        catch (Exception e) when (
            !stoppingToken.IsCancellationRequested
            && e is NatsException or OperationCanceledException or ObjectDisposedException or IOException)
        {
            return false;
        }
    }
}
