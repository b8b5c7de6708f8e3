using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using RideIngest.Hosting.Retries;
using RideIngest.Parking.Settings;

namespace RideIngest.Parking.Summary;

/// <summary>
/// Writes lines to the summary file, those that wait as one commit. While the file cannot be written, lines are refused, and each request
/// tries again. It stops after all other services, because stages write their last batch while they stop.
/// </summary>
internal sealed partial class SummaryWriter(
    SummaryPlace place, SummaryRepair repair, ParkingSettings settings, TimeProvider clock, ILogger<SummaryWriter> logger)
    : IHostedLifecycleService, IDisposable
{
    private const int MostTogether = 5000;
    private const int MostWaiting = 100_000;

    // After that without a request, nobody knows whether it still fails.
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(1);

    private readonly Channel<WaitingLines> _requests = Channel.CreateUnbounded<WaitingLines>(new() { SingleReader = true });
    private readonly Repeats _failures = new();
    private readonly RecentTrouble _trouble = new(clock, Recent);
    private SummaryFile? _file;
    private Task _writing = Task.CompletedTask;
    private int _waiting;

    /// <summary>Why the file cannot be written; null if it can, as far as is known.</summary>
    public string? Trouble => _trouble.Reason is { } reason
        ? $"The summary file cannot be written: {reason}. Senders get 503."
        : null;

    /// <returns>Null when all lines are on disk; otherwise why none of them will be, as far as is known.</returns>
    public async Task<string?> WriteAsync(IReadOnlyList<SummaryLine> lines)
    {
        if (Interlocked.Add(ref _waiting, lines.Count) > MostWaiting)
        {
            Interlocked.Add(ref _waiting, -lines.Count);
            return "too many lines wait to be written";
        }
        var request = new WaitingLines(lines);
        return _requests.Writer.TryWrite(request) ? await request.Written : "the process stops";
    }

    /// <exception cref="SummaryFileException">The file is not this process's to write.</exception>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (!settings.Roles.Contains(ParkingRole.Summary))
            return Task.CompletedTask;
        try
        {
            _file = Open();
        }
        catch (Exception e) when (IsExpected(e) && e is not SummaryFileException)
        {
            // It may be different when the first lines come.
            Fail(e);
        }
        _writing = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        _requests.Writer.TryComplete();
        return _writing.WaitAsync(cancellationToken);
    }

    public void Dispose() => _file?.Dispose();

    private async Task RunAsync()
    {
        while (await _requests.Reader.WaitToReadAsync())
        {
            var group = new List<WaitingLines>();
            for (var lines = 0; lines < MostTogether && _requests.Reader.TryRead(out var request); lines += request.Lines.Count)
                group.Add(request);
            WriteTogether(group);
            Interlocked.Add(ref _waiting, -group.Sum(request => request.Lines.Count));
        }
        Close();
    }

    private void WriteTogether(List<WaitingLines> group)
    {
        string? reason = null;
        try
        {
            _file ??= Open();
            _file.Write(group.SelectMany(request => request.Lines), clock.GetUtcNow());
            _trouble.Works();
            if (_failures.End() is > 0 and var times)
                WrittenAgain(times);
        }
        catch (Exception e) when (IsExpected(e))
        {
            reason = Fail(e);
            Reopen();
        }
        catch (Exception e)
        {
            Close();
            group.ForEach(request => request.Fail(e));
            return;
        }
        group.ForEach(request => request.End(reason));
    }

    private SummaryFile Open() => SummaryFile.Open(place, repair, clock.GetUtcNow());

    /// <summary>Cuts off what was written of lines that are refused.</summary>
    private void Reopen()
    {
        Close();
        try
        {
            _file = Open();
        }
        catch (Exception e) when (IsExpected(e))
        {
            // The next lines try again, and log it if it is another failure.
        }
    }

    private void Close()
    {
        _file?.Dispose();
        _file = null;
    }

    private string Fail(Exception e)
    {
        var reason = e.Message.TrimEnd('.');
        _trouble.Failed(reason);
        if (_failures.Next(reason) is { } repeated)
            NotWritten(reason, repeated);
        return reason;
    }

    private static bool IsExpected(Exception e) =>
        e is IOException or UnauthorizedAccessException or SqliteException or SummaryFileException;

    [LoggerMessage(6631, LogLevel.Error, "The summary file cannot be written: {Reason}. Its senders get 503 until it can{Repeated}")]
    private partial void NotWritten(string reason, string repeated);

    [LoggerMessage(6632, LogLevel.Information, "The summary file is written again, after {Times} failures")]
    private partial void WrittenAgain(int times);

    /// <summary>The lines of a request, and how they end.</summary>
    private sealed class WaitingLines(IReadOnlyList<SummaryLine> lines)
    {
        private readonly TaskCompletionSource<string?> _written = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<SummaryLine> Lines => lines;

        public Task<string?> Written => _written.Task;

        public void End(string? reason) => _written.SetResult(reason);

        public void Fail(Exception e) => _written.SetException(e);
    }
}
