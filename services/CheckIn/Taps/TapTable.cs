using System.Diagnostics;
using Dapper;
using Npgsql;
using RideIngest.CheckIn.Deliveries;
using RideIngest.CheckIn.Events;
using RideIngest.CheckIn.Settings;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Stages;

namespace RideIngest.CheckIn.Taps;

/// <summary>
/// Stores taps of many employees in one commit, with what follows from them: attendance records, events, and check-outs to publish. A tap
/// that is stored again has its first outcome.
/// </summary>
internal sealed class TapTable(NpgsqlDataSource database, OutgoingEvents<CheckOut> checkOuts, CheckInSettings settings)
{
    // Keys are remembered for a day at least.
    private static readonly TimeSpan Remembered = TimeSpan.FromHours(25);

    private readonly AttendanceRules _rules = new(settings.DuplicateWindow, settings.LongestShift);

    /// <summary>Stores taps in this order, and returns their outcomes.</summary>
    /// <param name="isLive">Whether they come from their senders. Others may have been stored before, or be older than stored ones.</param>
    /// <param name="sent">Called when Postgres may have them.</param>
    /// <exception cref="Exception">Covered by <see cref="StoreUnavailableException.Covers"/>: whether they are stored is not
    /// known.</exception>
    public async Task<TapOutcome[]> StoreAsync(
        IReadOnlyList<TracedTap> taps, bool isLive, Action? sent, CancellationToken cancellationToken)
    {
        try
        {
            return await TryAsync(taps, isLive, mayBeKnown: !isLive, sent, cancellationToken);
        }
        catch (PostgresException e) when (!StoreUnavailableException.Covers(e))
        {
            // One of them, or one that was stored at the same time from the stream. Each alone tells which.
            var outcomes = new TapOutcome[taps.Count];
            for (var i = 0; i < outcomes.Length; i++)
                outcomes[i] = await StoreAloneAsync(taps[i], isLive, cancellationToken);
            return outcomes;
        }
    }

    private async Task<TapOutcome> StoreAloneAsync(TracedTap tap, bool isLive, CancellationToken cancellationToken)
    {
        try
        {
            return (await TryAsync([tap], isLive, mayBeKnown: true, sent: null, cancellationToken))[0];
        }
        catch (PostgresException e) when (!StoreUnavailableException.Covers(e))
        {
            return new TapOutcome(TapEnd.Refused, tap.Tap.Guid, Reason: $"{e.MessageText} ({e.SqlState})");
        }
    }

    private async Task<TapOutcome[]> TryAsync(
        IReadOnlyList<TracedTap> taps, bool isLive, bool mayBeKnown, Action? sent, CancellationToken cancellationToken)
    {
        var batch = new TapBatch(_rules, isLive);
        var employees = taps.Select(tap => tap.Tap.EmployeeId).Distinct().Order(StringComparer.Ordinal).ToArray();
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        sent?.Invoke();
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        batch.Add(await connection.QueryAsync<EmployeeRow>(Command(TapSql.Lock, new { employees })));
        var keys = taps.Select(tap => tap.Tap.SenderKey).OfType<string>().Distinct().ToArray();
        if (keys.Length > 0 || (mayBeKnown && taps.Count > 0))
        {
            var ids = mayBeKnown ? taps.Select(tap => tap.Tap.Guid).ToArray() : [];

            // From the first tap's time on, because taps may have waited in the stream for days.
            var since = EventIdTime.First(taps.Min(tap => tap.Tap.At) - Remembered);
            batch.Add(await connection.QueryAsync<EventRow>(Command(TapSql.Known, new { ids, keys, since })));
        }
        var outcomes = taps.Select(batch.Decide).ToArray();
        if (batch.HasChanges)
        {
            await connection.ExecuteAsync(Command(TapSql.Save, batch.Parameters(Destinations.Names)));
            await checkOuts.AddAsync(connection, batch.CheckOuts, cancellationToken);
        }
        await transaction.CommitAsync(cancellationToken);
        return outcomes;

        CommandDefinition Command(string sql, object parameters) => new(sql, parameters, cancellationToken: cancellationToken);
    }
}

/// <summary>A tap, with the trace of its request.</summary>
internal readonly record struct TracedTap(Tap Tap, ActivityContext Trace);
