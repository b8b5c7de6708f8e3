using Npgsql;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>Runs a private Postgres as a process.</summary>
internal sealed class PostgresRun(PostgresServerOptions options, DataDirectory directory, PostgresCluster cluster, Version version)
    : ServerRun(directory, options.Progress), IPostgresRun
{
    /// <summary>By default glibc returns free memory to the kernel above 128 KB, and each COPY has to allocate it again.</summary>
    internal const string TrimThreshold = "4194304";

    public Version Version => version;

    public string Files => cluster.Files;

    public int Port { get; private set; } = options.Port ?? FreePort.Pick();

    public override string Title => $"Postgres {version}";

    protected override string Place => $"127.0.0.1:{Port} (data in {Files})";

    protected override bool MayPickPorts => options.Port is null;

    public string ConnectionString(string database) => ConnectionString(Port, cluster.Password, database);

    internal static string ConnectionString(int port, string password, string database) => new NpgsqlConnectionStringBuilder
    {
        Host = "127.0.0.1",
        Port = port,
        Username = PostgresCluster.Superuser,
        Password = password,
        Database = database,
        // The server supports neither; negotiating them costs every connection a round trip.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    /// <summary>Sessions of a killed Postgres end when they notice that it is gone, which takes a moment.</summary>
    protected override bool IsHeldByPredecessor(string said) =>
        said.Contains("pre-existing shared memory block", StringComparison.Ordinal);

    protected override void PickPorts() => Port = FreePort.Pick();

    protected override Task<GuardedCommand> PrepareAsync(CancellationToken cancellationToken)
    {
        var command = cluster.Command(ServerSettings.Arguments(options, Port));

        // SIGINT is Postgres' fast shutdown, which does not wait for clients.
        return Task.FromResult(new GuardedCommand(command, cluster.Files, Directory.In("postgres.log"), Posix.Interrupt)
        {
            Environment = new Dictionary<string, string>(cluster.Environment) { ["MALLOC_TRIM_THRESHOLD_"] = TrimThreshold },
            Log = options.Log,
        });
    }

    /// <summary>Connects with the password, which fails on any other server that took the port.</summary>
    protected override async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await using (connection.ConfigureAwait(false))
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }
}
