using Npgsql;
using RideIngest.Park.Settings;
using RideIngest.Storage.Postgres;

namespace RideIngest.Park.Keeping;

/// <summary>Removes the answers to keys that are older than a day.</summary>
internal sealed class AnswerPurge(
    NpgsqlDataSource database, Migrations migrations, ParkSettings settings, TimeProvider clock, ILogger<AnswerPurge> logger)
    : TimekeeperTask(TimeSpan.FromMinutes(10), migrations, settings, clock, logger)
{
    protected override async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("delete from park.answers where at < now() - interval '25 hours'");
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
