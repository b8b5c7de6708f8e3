using Dapper;
using Npgsql;
using RideIngest.Casino.Events;
using RideIngest.Casino.Stream;

namespace RideIngest.Casino.Enrich;

/// <summary>The role player: looks every event's player up afresh, all events that are there with one query.</summary>
internal sealed partial class PlayerStep(NpgsqlDataSource database, TimeProvider clock, ILogger<PlayerStep> logger) : IStep
{
    // Well within the time that the stream waits for an ack.
    private const int TimeoutSeconds = 10;

    private const int MostRemembered = 10_000;
    private static readonly TimeSpan Between = TimeSpan.FromMinutes(1);

    private readonly Dictionary<long, long> _saidMissing = [];

    public async Task TakeAsync(IReadOnlyList<CasinoEvent> events, CancellationToken cancellationToken)
    {
        if (events.Count == 0)
            return;
        long[] ids = [.. events.Select(e => e.PlayerId).Distinct()];
        var players = await FindAsync(ids, cancellationToken);
        foreach (var e in events)
            e.Player = players.GetValueOrDefault(e.PlayerId, Player.Missing);
        foreach (var id in ids.Where(id => !players.ContainsKey(id)))
            SayMissing(id);
    }

    private async Task<Dictionary<long, Player>> FindAsync(long[] ids, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellationToken);
            var rows = await connection.QueryAsync<(long Id, string Email, DateTime? LastSignedInAt)>(new CommandDefinition(
                "select id, email, last_signed_in_at from casino.players where id = any(@ids)",
                new { ids },
                commandTimeout: TimeoutSeconds,
                cancellationToken: cancellationToken));
            return rows.ToDictionary(row => row.Id, row => new Player(row.Email, row.LastSignedInAt));
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw new NotNowException($"Postgres does not tell of players: {(e as PostgresException)?.MessageText ?? e.Message}", e);
        }
    }

    // Once a minute for each: a line for every event of theirs would say no more.
    private void SayMissing(long id)
    {
        if (_saidMissing.TryGetValue(id, out var said) && clock.GetElapsedTime(said) < Between)
            return;
        if (_saidMissing.Count >= MostRemembered)
            _saidMissing.Clear();
        _saidMissing[id] = clock.GetTimestamp();
        Missing(id);
    }

    [LoggerMessage(6401, LogLevel.Warning,
        "There is no player {Player}: the player's events go on without one. This is said once a minute")]
    private partial void Missing(long player);
}
