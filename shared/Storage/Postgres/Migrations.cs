using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using RideIngest.Hosting.Processes;
using RideIngest.Hosting.Retries;

namespace RideIngest.Storage.Postgres;

/// <summary>
/// Applies the migrations of all modules at start. If Postgres answers, services that start later find their tables; otherwise the process
/// starts anyway, and migrations are retried.
/// </summary>
public sealed partial class Migrations : IHostedService, IDisposable
{
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly NpgsqlDataSource _database;
    private readonly MigrationSet[] _sets;
    private readonly ILogger _logger;
    private readonly FatalStop _fatal;
    private readonly Repeats _failures = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly TaskCompletionSource _applied = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _applying = Task.CompletedTask;

    internal Migrations(
        NpgsqlDataSource database, IEnumerable<MigrationSet> sets, bool needed, FatalStop fatal, ILogger<Migrations> logger) =>
        (_database, _sets, Needed, _fatal, _logger) = (database, [.. sets], needed, fatal, logger);

    /// <summary>Whether this process uses Postgres. If not, no migration is applied.</summary>
    internal bool Needed { get; }

    /// <summary>Completes when all migrations are applied.</summary>
    public Task Applied => _applied.Task;

    /// <summary>Why the last attempt failed; null if there was none.</summary>
    public string? Trouble { get; private set; }

    /// <summary>Waits for the migrations. Returns null when they are applied, or why they are not within this time.</summary>
    public async Task<string?> MissingAfterAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        await Task.WhenAny(Applied, Task.Delay(patience, cancellationToken));
        return Applied.IsCompletedSuccessfully ? null : Trouble ?? "Postgres did not apply the migrations in time";
    }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!Needed)
            return;
        await using var cancelled = cancellationToken.UnsafeRegister(static s => ((CancellationTokenSource)s!).Cancel(), _stopping);
        var failedOnce = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var persistently = Persistently.Retry(FirstPause, LongestPause, on: e => e is NpgsqlException or TimeoutException, waits: (e, _) =>
        {
            Trouble = PostgresFailure.Describe(_database, e);
            if (_failures.Next(Trouble) is { } repeated)
                NotYet(Trouble, repeated);
            failedOnce.TrySetResult();
        });
        var applying = persistently.ExecuteAsync(ApplyAsync, _stopping.Token).AsTask();

        // A contradiction found by the first attempt prevents the start; one found later stops the process.
        await await Task.WhenAny(applying, failedOnce.Task);
        _applying = StopOnContradictionAsync(applying);
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stopping.CancelAsync();
        await _applying.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public void Dispose() => _stopping.Dispose();

    private async Task StopOnContradictionAsync(Task applying)
    {
        try
        {
            await applying;
        }
        catch (MigrationException e)
        {
            _fatal.Stop(e.Message);
        }
    }

    private async ValueTask ApplyAsync(CancellationToken cancellationToken)
    {
        foreach (var file in await Migrator.ApplyAsync(_database, _sets, cancellationToken))
            FileApplied(file);
        if (_failures.End() is > 0 and var attempts)
            AppliedNow(attempts);
        _applied.TrySetResult();
    }

    [LoggerMessage(1101, LogLevel.Information, "Migration applied: {File}")]
    private partial void FileApplied(string file);

    [LoggerMessage(1102, LogLevel.Warning, "Migrations could not be applied yet: {Reason}. Retrying until it works{Repeated}")]
    private partial void NotYet(string reason, string repeated);

    [LoggerMessage(1103, LogLevel.Information, "The migrations are applied, after {Attempts} failed attempts")]
    private partial void AppliedNow(int attempts);
}
