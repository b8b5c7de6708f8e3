using NATS.Client.Core;
using Npgsql;
using RideIngest.Storage.Postgres;

namespace RideIngest.Console.Overview;

/// <summary>A server that all processes share.</summary>
/// <param name="Trouble">What is wrong; null if it answers.</param>
internal sealed record AskedServer(string Name, string? Version, string? Trouble);

/// <summary>Asks NATS and Postgres whether they answer.</summary>
internal sealed class ServerSurvey(INatsConnection nats, NpgsqlDataSource database, PostgresPing ping)
{
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);

    private string? _postgresVersion;

    /// <param name="natsAnswers">Whether NATS has just answered another request.</param>
    public async Task<IReadOnlyList<AskedServer>> LookAsync(bool natsAnswers, CancellationToken cancellationToken) =>
    [
        new("NATS", nats.ServerInfo?.Version, natsAnswers
            ? null
            : "It does not answer. Processes are not heard, and records are stored directly or kept in the outbox."),
        await PostgresAsync(cancellationToken),
    ];

    private async Task<AskedServer> PostgresAsync(CancellationToken cancellationToken)
    {
        const string Name = "Postgres";
        try
        {
            await ping.AskAsync(AnswersWithin, cancellationToken);
            return new(Name, _postgresVersion ??= await VersionAsync(cancellationToken), null);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or IOException)
        {
            _postgresVersion = null;
            return new(Name, null, $"It does not answer. Records wait in the stream. {ping.Describe(e)}");
        }
    }

    private async Task<string> VersionAsync(CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return connection.PostgreSqlVersion.ToString();
    }
}
