using System.Globalization;
using DotNet.Testcontainers.Containers;
using Npgsql;
using RideIngest.LocalServers.Containers;
using RideIngest.LocalServers.Processes;
using Testcontainers.PostgreSql;

namespace RideIngest.LocalServers.Postgres;

/// <summary>A private Postgres in a container, configured like one in a process.</summary>
internal sealed class PostgresContainer(PostgresServerOptions options, DataDirectory directory)
    : ContainerRun(directory, options.Progress, options.Log), IPostgresRun
{
    private const string DataPath = "/var/lib/postgresql/data";

    private string _password = "";

    public Version Version { get; private set; } = new(17, 0);

    public int Port { get; private set; } = options.Port ?? FreePort.Pick();

    protected override string Title => $"Postgres {Version}";

    protected override string Place => $"127.0.0.1:{Port} (data in {Files})";

    protected override string ImageName => ServerImages.Postgres;

    protected override bool MayPickPorts => options.Port is null;

    public string ConnectionString(string database) => PostgresRun.ConnectionString(Port, _password, database);

    protected override void PickPorts() => Port = FreePort.Pick();

    protected override async Task PrepareAsync(CancellationToken cancellationToken) =>
        _password = await PasswordFile.OfAsync(Directory, cancellationToken).ConfigureAwait(false);

    protected override IContainer Build() =>
        Common(new PostgreSqlBuilder(ServerImages.Postgres), DataPath)
            .WithUsername(PostgresCluster.Superuser)
            .WithPassword(_password)
            .WithEnvironment("MALLOC_TRIM_THRESHOLD_", PostgresRun.TrimThreshold)
            // The image trusts local connections, and with some engines a connection from the host looks local.
            .WithEnvironment("POSTGRES_INITDB_ARGS", "--auth=scram-sha-256 --encoding=UTF8 --locale=C.UTF-8")
            .WithCommand([.. ServerSettings.ForContainer(options)])
            .WithPortBinding(Port, PostgreSqlBuilder.PostgreSqlPort)
            .Build();

    protected override async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(ConnectionString("postgres") + ";Pooling=false");
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            Version = connection.PostgreSqlVersion;
        }

        return true;
    }
}
