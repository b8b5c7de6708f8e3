using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using Polly;
using RideIngest.Hosting.Retries;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.Outbox;

/// <summary>
/// Publishes a system's outbox while it has the outbox's lock, and otherwise stands by. On shutdown it finishes the page in hand and
/// releases the lock.
/// </summary>
internal sealed partial class OutboxRelay : BackgroundService
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan StandBy = TimeSpan.FromSeconds(1);

    private readonly RelayedOutbox _outbox;
    private readonly NpgsqlDataSource _database;
    private readonly Migrations _migrations;
    private readonly ILogger _logger;
    private readonly OutboxPages _pages;
    private readonly OutboxPartitions _partitions;
    private readonly ResiliencePipeline _persistently;
    private readonly CancellationTokenSource _abandon = new();
    private OutboxSession? _session;
    private bool _fails;

    public OutboxRelay(RelayedOutbox outbox, NpgsqlDataSource database, Migrations migrations, ILogger<OutboxRelay> logger)
    {
        (_outbox, _database, _migrations, _logger) = (outbox, database, migrations, logger);
        (_pages, _partitions) = (new OutboxPages(outbox), new OutboxPartitions(logger));
        _persistently = Persistently.Retry(FirstPause, LongestPause, on: _ => true, waits: (e, _) => Fails(e));
    }

    // The lease keeps a paused process from blocking the others; events that it publishes late keep their ids.
    private TimeSpan Lease => _outbox.Poll + TimeSpan.FromSeconds(30);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await using var abandoning = cancellationToken.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _abandon);
        await base.StopAsync(cancellationToken);
    }

    public override void Dispose()
    {
        base.Dispose();
        _abandon.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!_outbox.Runs)
            return;
        try
        {
            await _migrations.Applied.WaitAsync(stoppingToken);
            while (!stoppingToken.IsCancellationRequested)
                await _persistently.ExecuteAsync(RoundAsync, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopped while waiting.
        }
        finally
        {
            await CloseAsync();
        }
    }

    private async ValueTask RoundAsync(CancellationToken stopping)
    {
        if (_session is null)
        {
            _pages.Begin();
            _session = await OutboxSession.OpenAsync(_database, _outbox.System, Lease, _abandon.Token);
        }
        if (_session is null)
        {
            Works();
            await Task.Delay(StandBy, stopping);
            return;
        }
        try
        {
            await _partitions.KeepAsync(_session.Connection, _abandon.Token);
            var isMore = await _pages.RunAsync(_session, _abandon.Token);
            Works();
            if (!isMore)
                await _session.WaitAsync(_pages.Pause, stopping);
        }
        catch (Exception e) when (e is not NotPublishedException)
        {
            await CloseAsync();
            throw;
        }
    }

    private async Task CloseAsync()
    {
        OutboxTelemetry.Observed(_outbox.System, null);
        if (_session is not { } session)
            return;
        _session = null;
        await session.DisposeAsync();
    }

    private void Fails(Exception e)
    {
        if (!_fails)
            NotRelayed(_outbox.System, StoreUnavailableException.Covers(e) ? PostgresFailure.Describe(_database, e) : e.Message);
        _fails = true;
    }

    private void Works()
    {
        if (_fails)
            RelayedAgain(_outbox.System);
        _fails = false;
    }

    [LoggerMessage(1111, LogLevel.Warning,
        "The outbox of {System} cannot be relayed: {Reason}. Its events stay in ops.outbox. Retrying until it works")]
    private partial void NotRelayed(string system, string reason);

    [LoggerMessage(1112, LogLevel.Information, "The outbox of {System} is relayed again")]
    private partial void RelayedAgain(string system);
}
