using Npgsql;
using RideIngest.LocalServers.Postgres;
using RideIngest.LocalServers.Processes;

namespace RideIngest.AppHost;

/// <summary>The app host's private Postgres, with the services' database.</summary>
internal sealed class PostgresResource : ServerResource
{
    private PostgresServer _server = null!;
    private string _database = null!;

    private PostgresResource()
        : base("postgres")
    {
    }

    public override bool IsRunning => _server.IsRunning;

    public override string Address => $"postgres://127.0.0.1:{_server.Port}/rideingest";

    public override string Data => _server.Files;

    public override IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["RIDEINGEST__POSTGRES__URL"] = new NpgsqlConnectionStringBuilder(_database) { Password = null }.ConnectionString,
        ["RIDEINGEST__POSTGRES__PASSWORD_FILE"] = Path.Combine(_server.DataDirectory, "password"),
    };

    /// <exception cref="LocalServerException">The server cannot be started.</exception>
    public static async Task<PostgresResource> StartAsync(string data, Action<string> progress)
    {
        var postgres = new PostgresResource();
        postgres._server = await PostgresServer.StartAsync(
            new() { DataDirectory = Path.Combine(data, "postgres"), Progress = progress, Log = postgres.Write });
        postgres._database = await postgres._server.CreateDatabaseAsync("rideingest");
        return postgres;
    }

    public override Task RestartAsync(CancellationToken cancellationToken) => _server.RestartAsync(cancellationToken);

    public override ValueTask DisposeAsync() => _server.DisposeAsync();
}
