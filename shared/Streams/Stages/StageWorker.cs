using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using NATS.Client.Core;
using RideIngest.Hosting.Processes;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Pulls;

namespace RideIngest.Streams.Stages;

/// <summary>Runs the stages of one system in this process.</summary>
public sealed class StageWorker(NatsConnection connection, IReadOnlyList<Stage> stages, Func<Task>? leave) : IHostedService, IDisposable
{
    // While NATS is unavailable, waiting is useless: the frames are safe in the stream.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // A server that hangs still looks connected.
    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stop = new();
    private readonly CancellationTokenSource _abandon = new();
    private Task _working = Task.CompletedTask;
    private Task _answers = Task.CompletedTask;

    private bool IsNatsAway => connection.ConnectionState != NatsConnectionState.Open || _answers.IsFaulted;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _working = Task.WhenAll(stages.Select(stage => stage.RunAsync(_stop.Token, _abandon.Token)));
        return Task.CompletedTask;
    }

    /// <summary>Stops taking frames and settles those in hand, so that nothing is delivered again.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _answers = connection.PingAsync(cancellationToken).AsTask().WaitAsync(LongPatience, cancellationToken);
        await _stop.CancelAsync();
        if (!await Leaving.FinishedAsync(_working, () => IsNatsAway ? Patience : TimeSpan.MaxValue, cancellationToken))
        {
            await _abandon.CancelAsync();
            await Task.WhenAny(_working, Task.Delay(Patience, CancellationToken.None));
        }
        if (IsNatsAway)
            return;
        try
        {
            await LeaveAsync().WaitAsync(LongPatience, cancellationToken);
        }
        catch (Exception e) when (e is NatsException or TimeoutException)
        {
            // Frames whose acks did not reach the server are delivered again.
        }
    }

    public void Dispose()
    {
        _stop.Dispose();
        _abandon.Dispose();
    }

    private async Task LeaveAsync()
    {
        if (leave is not null)
            await leave();

        // The answer shows that the server has processed every ack.
        await connection.PingAsync();
    }
}

public static class StageRegistration
{
    /// <summary>Runs stages in this process.</summary>
    /// <param name="leave">Called after they have stopped, if NATS is available.</param>
    public static IServiceCollection AddStages(
        this IServiceCollection services, Func<IServiceProvider, IReadOnlyList<Stage>> stages, Func<IServiceProvider, Task>? leave = null)
    {
        services.AddDeadLetters(needed: provider => stages(provider).Count > 0);
        services.TryAddSingleton<OrphanWatch>();
        services.TryAddSingleton<StreamPublisher>();

        // AddHostedService would ignore the worker of a second system, because both have the same type.
        return services.AddSingleton<IHostedService>(provider => new StageWorker(
            provider.GetRequiredService<NatsConnection>(), stages(provider), leave is null ? null : () => leave(provider)));
    }
}
