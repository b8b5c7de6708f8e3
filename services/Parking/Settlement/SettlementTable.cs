using System.Data;
using System.Diagnostics;
using Dapper;
using Npgsql;
using NpgsqlTypes;
using RideIngest.Hosting.Problems;
using RideIngest.Parking.Events;
using RideIngest.Parking.Pairing;
using RideIngest.Parking.Settings;
using RideIngest.Streams.Stages;

namespace RideIngest.Parking.Settlement;

/// <summary>
/// Pairs an exit with an entry, or with none, as an operator says. Both leave the order of their plates, so that events which arrive later
/// do not change it; the events around them are paired anew.
/// </summary>
internal sealed partial class SettlementTable(
    NpgsqlDataSource database, OutgoingEvents<Visit> visits, ParkingSettings settings, ILogger<SettlementTable> logger)
{
    private const string Find =
        """
        select is_exit, id, plate, at, other_id, by_hand from parking.movements
        where (is_exit and id = @exitId) or (not is_exit and id = @entryId)
          or (not is_exit and id = (select other_id from parking.movements where is_exit and id = @exitId and by_hand))
        """;

    /// <returns>The problem, or null if it is settled.</returns>
    public async Task<Problem?> SettleAsync(string exitId, string? entryId, string by, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        var plates = (await FindAsync()).Select(movement => movement.Plate).ToArray();
        await connection.ExecuteAsync(PairingSql.LockPlates.Replace("$1", "@plates", StringComparison.Ordinal), new { plates });
        var found = await FindAsync();
        var exit = found.Find(movement => movement.IsExit);
        var entry = found.Find(movement => !movement.IsExit && movement.Id == entryId);
        if (Refuse(exitId, exit, entryId, entry) is { } problem)
            return problem;
        if (exit!.ByHand && exit.OtherId == entryId)
            return null;
        var freed = found.Find(movement => !movement.IsExit && exit.ByHand && movement.Id == exit.OtherId);
        var changed = await PairAsync(connection, exit, entry, freed, cancellationToken);
        await visits.AddAsync(connection, changed, cancellationToken);
        await connection.ExecuteAsync(
            "insert into parking.settlements (by, exit_id, entry_id, entry_id_before) values (@by, @exitId, @entryId, @OtherId)",
            new { by, exitId, entryId, exit.OtherId });
        await transaction.CommitAsync(cancellationToken);
        Settled(by, exitId, entryId ?? "none");
        return null;

        async Task<List<KnownEvent>> FindAsync() => [.. await connection.QueryAsync<KnownEvent>(Find, new { exitId, entryId })];
    }

    private Problem? Refuse(string exitId, KnownEvent? exit, string? entryId, KnownEvent? entry) => (exit, entry) switch
    {
        (null, _) => Problem.OfStatus(404) with { Id = new(exitId), Detail = $"There is no exit {exitId}." },
        _ when entryId is null => null,
        (_, null) => Problem.OfField("entry_id", "is not the id of an entry"),
        _ when entry.ByHand && entry.OtherId != exitId => new Problem(409, "settled", "The entry belongs to another exit")
        {
            Id = new(exitId),
            Detail = $"An operator paired entry {entryId} with exit {entry.OtherId}. Separate these first.",
        },
        _ when entry.At > exit.At => Problem.OfField("entry_id", "is later than the exit"),
        _ when exit.At - entry.At > settings.MaxStay => Problem.OfField("entry_id", "is too long before the exit (parking.max_stay)"),
        _ => null,
    };

    private async Task<List<(EventOrigin, Visit)>> PairAsync(
        NpgsqlConnection connection, KnownEvent exit, KnownEvent? entry, KnownEvent? freed, CancellationToken cancellationToken)
    {
        List<KnownEvent> settled = entry is null ? [exit] : [exit, entry];
        List<KnownEvent> all = freed is null ? settled : [.. settled, freed];
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Command(PairingSql.PutByHand, Kinds(all), Ids(all), Array(all.Select(one => one != freed), NpgsqlDbType.Boolean)),
                Command(
                    PairingSql.Settle,
                    Kinds(settled), Ids(settled), MaxStay, Grace,
                    Array(settled.Select(_ => entry is null ? "unmatched" : "paired"), NpgsqlDbType.Text),
                    Array(settled.Select(one => one.IsExit ? entry?.Id : exit.Id), NpgsqlDbType.Text),
                    Array(settled.Select(one => one.IsExit ? entry?.At : exit.At), NpgsqlDbType.TimestampTz)),
                Command(PairingSql.PairAround, Kinds(all), Ids(all), MaxStay, Grace),
            },
        };
        var changed = new List<(EventOrigin, Visit)>();
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        do
        {
            while (await row.ReadAsync(cancellationToken))
                changed.Add(ChangedVisit.Read(row, Activity.Current?.Context ?? default, DateTimeOffset.UtcNow));
        }
        while (await row.NextResultAsync(cancellationToken));
        return changed;
    }

    private NpgsqlParameter MaxStay => new() { Value = settings.MaxStay };

    private NpgsqlParameter Grace => new() { Value = settings.Grace };

    private static NpgsqlParameter Kinds(List<KnownEvent> of) => Array(of.Select(one => one.IsExit), NpgsqlDbType.Boolean);

    private static NpgsqlParameter Ids(List<KnownEvent> of) => Array(of.Select(one => one.Id), NpgsqlDbType.Text);

    private static NpgsqlParameter Array<T>(IEnumerable<T> values, NpgsqlDbType type) =>
        new() { Value = values.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | type };

    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter);
        return command;
    }

    [LoggerMessage(6602, LogLevel.Information, "{By} settled exit {Exit}: its entry is {Entry}")]
    private partial void Settled(string by, string exit, string entry);

    private sealed record KnownEvent(bool IsExit, string Id, string Plate, DateTime At, string? OtherId, bool ByHand);
}
