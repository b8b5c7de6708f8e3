using System.Diagnostics;
using RideIngest.Hosting.Retries;
using RideIngest.Park.Settings;
using RideIngest.Park.Telemetry;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Gathering;

namespace RideIngest.Park.Commits;

/// <summary>
/// Executes commands, many in one commit under load. While Postgres is away or hangs, it executes none and says so at once.
/// </summary>
internal sealed partial class CommandStore : BackgroundService
{
    private const int MostInCommit = 500;

    private readonly CommandTable _table;
    private readonly CommitNews _news;
    private readonly PostgresPing _postgres;
    private readonly ParkSettings _settings;
    private readonly ILogger _logger;
    private readonly PostgresOutage _outage;
    private readonly Repeats _failures = new();
    private readonly FrameGatherer<GatheredItems<PendingCommand>, PendingCommand> _gatherer;
    private int _waiting;

    public CommandStore(
        CommandTable table, CommitNews news, PostgresPing postgres, ParkSettings settings, ILogger<CommandStore> logger)
    {
        (_table, _news, _postgres, _settings, _logger, _outage) = (table, news, postgres, settings, logger, new(postgres));
        _gatherer = new(
            static () => new GatheredItems<PendingCommand>(), static commands => commands.Count >= MostInCommit, SendAsync,
            oneInFlight: true);
    }

    public bool IsAway => _outage.IsNow;

    /// <summary>Executes a command in a commit, and returns how that ended.</summary>
    public async Task<CommandEnd> ExecuteAsync(ParkCommand command, string? key = null)
    {
        var began = Stopwatch.GetTimestamp();
        var end = _outage.IsNow ? new CommandEnd(CommandWay.Away, null)
            : Volatile.Read(ref _waiting) >= _settings.MostWaiting ? new(CommandWay.Busy, null)
            : await WaitAsync(new PendingCommand(command, key));
        ParkTelemetry.Executed(
            command.Name, end.Answer is null ? end.Way.ToString().ToLowerInvariant() : null, end.Answer?.Refused is not null,
            Stopwatch.GetElapsedTime(began));
        return end;
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => _outage.WatchAsync(ended: () => { }, stoppingToken);

    public override void Dispose()
    {
        base.Dispose();
        _outage.Dispose();
    }

    private async Task<CommandEnd> WaitAsync(PendingCommand pending)
    {
        Interlocked.Increment(ref _waiting);
        while (pending.Answer is null && pending.Way is null)
            await _gatherer.Add(pending).Ended;
        Interlocked.Decrement(ref _waiting);
        return new(pending.Answer is null ? pending.Way!.Value : CommandWay.Decided, pending.Answer);
    }

    private async Task SendAsync(GatheredItems<PendingCommand> commands)
    {
        // The commit is part of no single request.
        Activity.Current = null;
        try
        {
            await SendAsync(commands.Items);
        }
        finally
        {
            commands.End();
        }
    }

    private async Task SendAsync(IReadOnlyList<PendingCommand> commands)
    {
        if (_outage.IsNow)
        {
            Fail(commands, CommandWay.Away);
            return;
        }
        CommandWorld? committed = null;
        ActivityContext trace = default;
        try
        {
            // Not cancelled: Npgsql would wait for a server that hangs.
            using var span = ParkTelemetry.Committing(commands.Select(command => command.Trace));
            trace = span?.Context ?? default;
            committed = await _table.CommitAsync(commands, CancellationToken.None).WaitAsync(_settings.StoreWithin);
            if (_failures.End() > 0)
                StoresAgain();
        }
        catch (Exception e) when (StoreUnavailableException.Covers(e))
        {
            var reason = _postgres.Describe(e);
            if (_failures.Next(reason) is { } repeated)
                StoresNothing(reason, repeated);
            _outage.Begin();

            // What takes too long may yet be committed.
            Fail(commands, e is TimeoutException ? CommandWay.Unknown : CommandWay.Away);
        }
        catch (Exception) when (commands.Count > 1)
        {
            // One of them. Each alone tells which.
            foreach (var command in commands)
                await SendAsync([command]);
        }
        catch (Exception e)
        {
            NotExecuted(e, commands[0].Command.Name);
            Fail(commands, CommandWay.Failed);
        }
        if (committed is not null)
            _news.Publish(committed, trace);
    }

    private static void Fail(IReadOnlyList<PendingCommand> commands, CommandWay way)
    {
        foreach (var command in commands)
            command.Way = command.WasSent ? CommandWay.Unknown : way;
    }

    [LoggerMessage(6901, LogLevel.Warning, "Commands cannot be stored: {Reason}. They are refused until they can be{Repeated}")]
    private partial void StoresNothing(string reason, string repeated);

    [LoggerMessage(6902, LogLevel.Information, "Commands are stored again")]
    private partial void StoresAgain();

    [LoggerMessage(6903, LogLevel.Error, "The command {Name} was not executed, with an unexpected exception")]
    private partial void NotExecuted(Exception exception, string name);
}

/// <summary>How a command ended.</summary>
/// <param name="Answer">Null if it was not decided.</param>
internal sealed record CommandEnd(CommandWay Way, CommandAnswer? Answer);

internal enum CommandWay
{
    Decided,

    /// <summary>Postgres is away, and nothing was committed.</summary>
    Away,

    /// <summary>Too many commands wait.</summary>
    Busy,

    /// <summary>Whether it was committed is not known.</summary>
    Unknown,

    /// <summary>It met an unexpected exception, and nothing was committed.</summary>
    Failed,
}
