using Dapper;
using Npgsql;
using NpgsqlTypes;
using RideIngest.Hosting.Retries;
using RideIngest.Parking.Settings;
using RideIngest.Parking.Telemetry;
using RideIngest.Storage.Postgres;

namespace RideIngest.Parking.Pairing;

/// <summary>
/// Calls exits unmatched when their grace is over, and entries expired when they are older than the longest stay; adds up the tallies. Of
/// several processes, one sweeps at a time.
/// </summary>
internal sealed partial class PairingSweep(
    NpgsqlDataSource database, Migrations migrations, ParkingSettings settings, ILogger<PairingSweep> logger) : BackgroundService
{
    private const int Together = 1000;
    private const string TakeTurn = "select pg_try_advisory_xact_lock(hashtextextended('parking sweep', 0))";

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly Repeats _failures = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!settings.Roles.Contains(ParkingRole.Visits))
            return;
        await migrations.Applied.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(Period);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                while (await SweepAsync(stoppingToken))
                {
                    // Each takes a limited number.
                }
                _failures.End();
            }
            catch (Exception e) when (StoreUnavailableException.Covers(e))
            {
                var reason = PostgresFailure.Describe(database, e);
                if (_failures.Next(reason) is { } repeated)
                    NotSwept(reason, repeated);
            }
        }
    }

    /// <returns>Whether there may be more to sweep.</returns>
    private async Task<bool> SweepAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using var turn = new NpgsqlCommand(TakeTurn, connection);
        if (await turn.ExecuteScalarAsync(cancellationToken) is not true)
        {
            ParkingTelemetry.NotSwept();
            return false;
        }
        var exits = await CallAsync(connection, isExit: true, PairingSql.Overdue, cancellationToken);
        var entries = await CallAsync(connection, isExit: false, PairingSql.Outstayed, cancellationToken);
        await using var addUp = new NpgsqlCommand(PairingSql.AddUp, connection);
        await addUp.ExecuteNonQueryAsync(cancellationToken);
        var totals = (await connection.QueryAsync<(bool IsExit, string State, long Events)>(PairingSql.Totals))
            .ToDictionary(row => (row.IsExit, row.State), row => row.Events);
        await transaction.CommitAsync(cancellationToken);
        ParkingTelemetry.Swept(totals);
        return exits == Together || entries == Together;
    }

    private async Task<int> CallAsync(NpgsqlConnection connection, bool isExit, string find, CancellationToken cancellationToken)
    {
        var (ids, plates) = (new List<string>(), new List<string>());
        await using (var finding = new NpgsqlCommand(find, connection) { Parameters = { new() { Value = Together } } })
        {
            if (!isExit)
                finding.Parameters.Add(new() { Value = settings.MaxStay });
            await using var row = await finding.ExecuteReaderAsync(cancellationToken);
            while (await row.ReadAsync(cancellationToken))
            {
                ids.Add(row.GetString(0));
                plates.Add(row.GetString(1));
            }
        }
        if (ids.Count == 0)
            return 0;
        await using var batch = new NpgsqlBatch(connection)
        {
            BatchCommands =
            {
                new(PairingSql.LockPlates) { Parameters = { Texts(plates) } },
                new(PairingSql.CallOverdue)
                {
                    Parameters =
                    {
                        new() { Value = isExit }, Texts(ids), new() { Value = settings.MaxStay }, new() { Value = settings.Grace },
                    },
                },
            },
        };
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return ids.Count;
    }

    private static NpgsqlParameter Texts(List<string> texts) =>
        new() { Value = texts.ToArray(), NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text };

    [LoggerMessage(6601, LogLevel.Warning,
        "Exits whose grace is over stay waiting, and entries that are too old stay open: {Reason}. Retrying{Repeated}")]
    private partial void NotSwept(string reason, string repeated);
}
