using NATS.Client.Core;
using RideIngest.Casino.Aggregates;
using RideIngest.Casino.Enrich;
using RideIngest.Casino.Publish;
using RideIngest.Casino.Settings;
using RideIngest.Hosting.Processes;

namespace RideIngest.Casino.Roles;

/// <summary>Runs the roles of this process.</summary>
internal sealed class CasinoWorker(CasinoRoles roles, Generator generator, CountingSeat seat, NatsConnection connection, RatesApi rates)
    : IHostedService, IDisposable
{
    // Who leaves need not wait for a NATS that is away: the frames are safe in the stream.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // One that stands still looks as if it were there.
    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abandon = new();
    private readonly CancellationTokenSource _generated = new();
    private Task _generating = Task.CompletedTask;
    private Task _working = Task.CompletedTask;
    private Task _heard = Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (roles.Has(Role.Currency))
            rates.EnsureChosen();
        if (roles.Has(Role.Generator))
            _generating = Task.Run(() => generator.RunAsync(_generated.Token), CancellationToken.None);
        _working = Task.WhenAll(
            roles.Stages.Select(stage => Task.Run(() => stage.RunAsync(_stop.Token, _abandon.Token), CancellationToken.None)));
        return Task.CompletedTask;
    }

    /// <summary>Takes no more, finishes what is in hand, and leaves nothing to be delivered again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _heard = connection.PingAsync(cancellationToken).AsTask().WaitAsync(LongPatience, cancellationToken);
        await _generated.CancelAsync();
        await FinishAsync(_generating, cancellationToken);
        await _stop.CancelAsync();
        await FinishAsync(_working, cancellationToken);
        if (IsNatsAway)
            return;
        try
        {
            await LeaveAsync().WaitAsync(LongPatience, cancellationToken);
        }
        catch (Exception e) when (e is NatsException or TimeoutException)
        {
            // What the server did not get is delivered again.
        }
    }

    private async Task LeaveAsync()
    {
        await seat.LeaveAsync();

        // The server answers after it has taken every ack.
        await connection.PingAsync();
    }

    private bool IsNatsAway => connection.ConnectionState != NatsConnectionState.Open || _heard.IsFaulted;

    /// <summary>Ends with the work, or when NATS has been away for long enough.</summary>
    private async Task FinishAsync(Task work, CancellationToken cancellationToken)
    {
        if (await Leaving.FinishedAsync(work, () => IsNatsAway ? Patience : TimeSpan.MaxValue, cancellationToken))
            return;
        cancellationToken.ThrowIfCancellationRequested();
        await _abandon.CancelAsync();
        await Task.WhenAny(work, Task.Delay(Patience, cancellationToken));
    }

    public void Dispose()
    {
        _abandon.Dispose();
        _stop.Dispose();
        _generated.Dispose();
    }
}
