using Dapper;
using Npgsql;
using RideIngest.Streams.Stages;

namespace RideIngest.Integration.Streams;

/// <summary>Saves parcels in Postgres, and hands them on in the same transaction.</summary>
internal sealed class SavingStep(NpgsqlDataSource database, OutgoingEvents<Parcel> saved) : Step<Parcel>
{
    public const string Table = "create table parcels (id bigint primary key, saves int not null default 1)";

    private const string Save = "insert into parcels (id) values (@Id) on conflict (id) do update set saves = parcels.saves + 1";

    /// <summary>Called after the commit, with the number of times.</summary>
    public required Func<int, Task> Committed { get; init; }

    private int _commits;

    public override async Task<StepResult[]> RunAsync(Batch<Parcel> batch, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(Save, batch.Events);
        await saved.AddAsync(connection, [.. batch.Events.Select((parcel, i) => (batch.Origin(i), parcel))], cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        await Committed(++_commits);
        return StepResult.Each(batch.Events.Count);
    }
}
