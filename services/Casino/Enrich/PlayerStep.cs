using Dapper;
using Npgsql;
using RideIngest.Casino.Events;
using RideIngest.Streams.Stages;

namespace RideIngest.Casino.Enrich;

/// <summary>The role player: adds player data, with one query for all events of a batch.</summary>
internal sealed class PlayerStep(NpgsqlDataSource database, MissingPlayers missing) : Step<CasinoEvent>
{
    // Much less than the consumer's ack wait.
    private const int TimeoutSeconds = 10;

    public override async Task<StepResult[]> RunAsync(Batch<CasinoEvent> batch, CancellationToken cancellationToken)
    {
        if (batch.Events.Count == 0)
            return [];
        long[] ids = [.. batch.Events.Select(e => e.PlayerId).Distinct()];
        var players = await FindAsync(ids, cancellationToken);
        foreach (var e in batch.Events)
            e.Player = players.GetValueOrDefault(e.PlayerId, Player.Missing);
        foreach (var id in ids.Where(id => !players.ContainsKey(id)))
            missing.Add(id);
        return StepResult.Each(batch.Events.Count);
    }

    private async Task<Dictionary<long, Player>> FindAsync(long[] ids, CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await connection.QueryAsync<(long Id, string Email, DateTime? LastSignedInAt)>(new CommandDefinition(
            "select id, email, last_signed_in_at from casino.players where id = any(@ids)",
            new { ids },
            commandTimeout: TimeoutSeconds,
            cancellationToken: cancellationToken));
        return rows.ToDictionary(row => row.Id, row => new Player(row.Email, row.LastSignedInAt));
    }
}
