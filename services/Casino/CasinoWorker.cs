using NATS.Client.Core;
using RideIngest.Casino.Aggregates;
using RideIngest.Casino.Enrich;
using RideIngest.Casino.Publish;

namespace RideIngest.Casino;

/// <summary>Runs the roles of this process.</summary>
internal sealed class CasinoWorker(CasinoRoles roles, Generator generator, CountingSeat seat, NatsConnection connection, RatesApi rates) : IHostedService, IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _generated = new();
    private Task _generating = Task.CompletedTask;
    private Task _working = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (roles.Has(Role.Currency)) rates.EnsureChosen();
        if (roles.Has(Role.Generator)) _generating = Task.Run(() => generator.RunAsync(_generated.Token), CancellationToken.None);
        _working = Task.WhenAll(roles.Stages.Select(stage => Task.Run(() => stage.RunAsync(_stop.Token), CancellationToken.None)));
        return Task.CompletedTask;
    }

    /// <summary>Takes no more, finishes what is in hand, and leaves nothing to be delivered again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _generated.CancelAsync();
        await _generating.WaitAsync(cancellationToken);
        await _stop.CancelAsync();
        await _working.WaitAsync(cancellationToken);
        await seat.LeaveAsync();
        try
        {
            // The server answers after it has taken every ack.
            await connection.PingAsync(cancellationToken);
        }
        catch (NatsException)
        {
            // What it did not get is delivered again.
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _generated.Dispose();
    }
}
