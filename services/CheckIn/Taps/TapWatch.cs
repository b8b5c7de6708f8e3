using NATS.Client.Core;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Settings;
using RideIngest.Streams.Nats;

namespace RideIngest.CheckIn.Taps;

/// <summary>Tells this process at once that another one diverts taps: its own must not overtake them.</summary>
internal sealed class TapWatch(INatsConnection nats, TapGate gate, CheckInSettings settings) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => settings.Roles.Contains(CheckInRole.Api)
        ? Listening.ForeverAsync(ListenAsync, stoppingToken)
        : Task.CompletedTask;

    private async ValueTask ListenAsync(CancellationToken stopping)
    {
        await foreach (var tap in nats.SubscribeAsync<NatsMemoryOwner<byte>>(CheckInSubjects.Taps, cancellationToken: stopping))
        {
            tap.Data.Dispose();
            gate.Diverted();
        }
    }
}
