using Npgsql;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>A private Postgres: its command, its port, and how it answers.</summary>
internal sealed class PostgresRun(PostgresServerOptions options, DataDirectory directory, PostgresCluster cluster, Version version)
    : ServerRun(directory, options.Progress), IPostgresRun
{
    /// <summary>glibc gives 128 KB of free memory back to the kernel, which a COPY then has to ask for anew.</summary>
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
        // There is neither to be had from this server; asking for them costs every connection a round trip.
        SslMode = SslMode.Disable,
        GssEncryptionMode = GssEncryptionMode.Disable,
    }.ConnectionString;

    protected override void PickPorts() => Port = FreePort.Pick();

    protected override Task<GuardedCommand> PrepareAsync(CancellationToken cancellationToken)
    {
        var command = cluster.Command(ServerSettings.Arguments(options, Port));

        // Interrupt is Postgres's fast shutdown: it does not wait for clients to leave.
        return Task.FromResult(new GuardedCommand(command, cluster.Files, Directory.In("postgres.log"), Posix.Interrupt)
        {
            Environment = new Dictionary<string, string>(cluster.Environment) { ["MALLOC_TRIM_THRESHOLD_"] = TrimThreshold },
            Log = options.Log,
        });
    }

    /// <summary>Our password opens no other server that may have taken the port.</summary>
    protected override async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await using (connection.ConfigureAwait(false))
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
        return true;
    }
}
