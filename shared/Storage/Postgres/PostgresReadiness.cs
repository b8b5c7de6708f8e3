using Npgsql;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Health;

namespace RideIngest.Storage.Postgres;

internal sealed class PostgresReadiness(
    NpgsqlDataSource database, PostgresPing ping, Migrations migrations, HostingSettings hosting) : IReadinessCheck
{
    // Before the check's own limit, which knows nothing of Postgres.
    private readonly TimeSpan _patience = hosting.ReadinessTimeout * 0.75;

    public string Name => "postgres";

    public async ValueTask<string?> MissingAsync(CancellationToken cancellationToken)
    {
        if (!migrations.Needed)
            return null;
        try
        {
            await ping.AskAsync(_patience, cancellationToken);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            return $"{PostgresFailure.Describe(database, e)}.";
        }

        return migrations.Applied.IsCompletedSuccessfully
            ? null
            : $"Postgres answers, but migrations are not applied yet: {migrations.Trouble ?? "they are running"}.";
    }
}
