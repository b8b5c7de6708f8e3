using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Retries;
using RideIngest.Hosting.Telemetry;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.Failures;

/// <summary>
/// Writes failures in batches, at most 1,000 a second, and deletes old ones. While Postgres is unavailable they wait in the recorder.
/// </summary>
internal sealed partial class FailureWriter(
    FailureRecorder recorder, FailureStore store, FailureLog log, Migrations migrations, ILogger<FailureWriter> logger) : BackgroundService
{
    private const int MostPerBatch = 500;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan BetweenPurges = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Farewell = TimeSpan.FromSeconds(2);

    private readonly Repeats _troubles = new();
    private readonly List<NewFailure> _batch = new(MostPerBatch);
    private Task? _writing;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        log.SumUp(now: true);
        using var farewell = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        farewell.CancelAfter(Farewell);
        try
        {
            while (migrations.Applied.IsCompletedSuccessfully && Next() && await WriteAsync(farewell.Token))
            {
                // Until nothing is left.
            }
        }
        catch (OperationCanceledException)
        {
            // The rest is lost.
        }
        FailureTelemetry.Lost.Add(_batch.Count + recorder.Waiting.Count);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var purgedAt = 0L;
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            log.SumUp();
            if (!migrations.Applied.IsCompletedSuccessfully)
                continue;
            if (Next() && !await WriteAsync(stoppingToken))
                await Task.Delay(Pause, stoppingToken);
            if (purgedAt != 0 && Stopwatch.GetElapsedTime(purgedAt) < BetweenPurges)
                continue;
            await PurgeAsync(stoppingToken);
            purgedAt = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>Takes the next batch, unless the last one is still to be written. Returns false if there is none.</summary>
    private bool Next()
    {
        if (_batch.Count > 0)
            return true;
        while (_batch.Count < MostPerBatch && recorder.Waiting.TryRead(out var failure))
            _batch.Add(failure);
        return _batch.Count > 0;
    }

    /// <returns>False if the batch is to be written later.</returns>
    private async Task<bool> WriteAsync(CancellationToken cancellationToken)
    {
        try
        {
            // Not cancelled on shutdown, because Npgsql would wait for a Postgres that hangs. The last write goes on with it.
            _writing ??= store.AddAsync([.. _batch]);
            await _writing.WaitAsync(cancellationToken);
            FailureTelemetry.Recorded.Add(_batch.Count);
            _troubles.End();
        }
        catch (StoreUnavailableException e)
        {
            _writing = null;
            if (_troubles.Next(e.Message) is { } repeated)
                Waits(e.Message, repeated);
            return false;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            FailureTelemetry.Lost.Add(_batch.Count);
            NotWritten(e, _batch.Count);
        }
        _writing = null;
        _batch.Clear();
        return true;
    }

    private async Task PurgeAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await store.PurgeAsync().WaitAsync(cancellationToken))
            {
                // Each deletes a limited number.
            }
        }
        catch (StoreUnavailableException)
        {
            // The next write reports it.
        }
    }

    [LoggerMessage(1123, LogLevel.Warning,
        "Failures cannot be recorded in ops.failures: {Reason}. Some wait; too many are lost, and counted{Repeated}")]
    private partial void Waits(string reason, string repeated);

    [LoggerMessage(1124, LogLevel.Error, "{Count} failures are lost, because of an unexpected exception")]
    private partial void NotWritten(Exception exception, int count);
}

public static class FailureServices
{
    /// <summary>Adds <see cref="FailureRecorder"/> and <see cref="FailureStore"/>, with their table, settings and metrics.</summary>
    public static IServiceCollection AddFailures(this IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(FailureRecorder)))
            return services;
        services.TryAddSingleton(TimeProvider.System);
        return services
            .AddFailureStore()
            .AddSingleton<FailureLog>()
            .AddSingleton(provider => new FailureRecorder(provider.GetRequiredService<FailureLog>()))
            .AddHostedService<FailureWriter>()
            .AddCountersAtZero(FailureTelemetry.StartAtZero);
    }

    /// <summary>Adds <see cref="FailureStore"/> for a process that only reads, with its table and settings.</summary>
    public static IServiceCollection AddFailureStore(this IServiceCollection services)
    {
        services.AddSettings<FailureSettings>("failures").AddMigrations("ops", typeof(FailureStore));
        services.TryAddSingleton<FailureStore>();
        return services;
    }
}
