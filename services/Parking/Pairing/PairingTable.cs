using Npgsql;
using NpgsqlTypes;
using RideIngest.Parking.Events;
using RideIngest.Parking.Settings;
using RideIngest.Parking.Telemetry;
using RideIngest.Streams.Stages;

namespace RideIngest.Parking.Pairing;

/// <summary>Adds entries and exits, pairs them, and hands on the visits that changed: one commit per batch.</summary>
internal sealed class PairingTable(NpgsqlDataSource database, OutgoingEvents<Visit> visits, ParkingSettings settings)
{
    private const int Adding = 3;

    // At most so many events are planned as a small batch.
    private const int Few = 100;

    /// <summary>Adds the events of a batch, which are all entries or all exits.</summary>
    /// <returns>The places of events whose id is known with other content. They are not added.</returns>
    public async Task<IReadOnlySet<int>> AddAsync<TEvent>(Batch<TEvent> events, CancellationToken cancellationToken)
        where TEvent : GateEvent
    {
        var isExit = Parameter(events.Events[0].IsExit);
        var ids = Parameter(events.Events.Select(item => item.Id), NpgsqlDbType.Text);
        var plates = Parameter(events.Events.Select(item => item.VehiclePlate), NpgsqlDbType.Text);
        var times = Parameter(events.Events.Select(item => item.At.UtcDateTime), NpgsqlDbType.TimestampTz);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                Command(PairingSql.Plan, Parameter(events.Events.Count <= Few)),
                Command(PairingSql.AddPlates, plates),
                Command(PairingSql.LockPlates, plates),
                Command(PairingSql.Add, isExit, ids, plates, times),
                Command(PairingSql.PairAdded, isExit, ids, Parameter(settings.MaxStay), Parameter(settings.Grace)),
            },
        };
        var changed = new List<(EventOrigin, Visit)>();
        await using (var row = await batch.ExecuteReaderAsync(cancellationToken))
        {
            // After the results of the plan and of the locks.
            await row.NextResultAsync(cancellationToken);
            await row.NextResultAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
            {
                var cause = row.GetInt32(7) - 1;
                changed.Add(ChangedVisit.Read(row, events.Origin(cause).Trace, events.PublishedAt(cause)));
            }
        }
        var known = events.Events.Count - batch.BatchCommands[Adding].RecordsAffected;
        var differing = known == 0 ? [] : await DifferingAsync(connection, cancellationToken, isExit, ids, plates, times);
        if (known > differing.Count)
            await CountDuplicatesAsync(connection, isExit, known - differing.Count, cancellationToken);
        await visits.AddAsync(connection, changed, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        var committed = DateTimeOffset.UtcNow;
        for (var place = 0; place < events.Events.Count; place++)
            ParkingTelemetry.Pairing.Record((committed - events.PublishedAt(place)).TotalSeconds);
        ParkingTelemetry.Pairs.Add(changed.Count(change => change.Item2.State != VisitState.Withdrawn));
        return differing;
    }

    private static async Task<HashSet<int>> DifferingAsync(
        NpgsqlConnection connection, CancellationToken cancellationToken, params NpgsqlParameter[] parameters)
    {
        var differing = new HashSet<int>();
        await using var batch = new NpgsqlBatch(connection) { BatchCommands = { Command(PairingSql.Differing, parameters) } };
        await using var row = await batch.ExecuteReaderAsync(cancellationToken);
        while (await row.ReadAsync(cancellationToken))
            differing.Add(row.GetInt32(0) - 1);
        return differing;
    }

    private static async Task CountDuplicatesAsync(
        NpgsqlConnection connection, NpgsqlParameter isExit, long duplicates, CancellationToken cancellationToken)
    {
        await using var count = new NpgsqlCommand("insert into parking.tallies values ($1, 'duplicate', $2)", connection)
        {
            Parameters = { isExit.Clone(), Parameter(duplicates) },
        };
        await count.ExecuteNonQueryAsync(cancellationToken);
    }

    // A parameter belongs to one command.
    private static NpgsqlBatchCommand Command(string sql, params ReadOnlySpan<NpgsqlParameter> parameters)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var parameter in parameters)
            command.Parameters.Add(parameter.Clone());
        return command;
    }

    private static NpgsqlParameter<T> Parameter<T>(T value) => new() { TypedValue = value };

    private static NpgsqlParameter<T[]> Parameter<T>(IEnumerable<T> values, NpgsqlDbType type) =>
        new() { TypedValue = [.. values], NpgsqlDbType = NpgsqlDbType.Array | type };
}
