using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Npgsql;
using RideIngest.LocalServers.Containers;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>
/// A private Postgres on the loopback interface, or a connection to the server that <see cref="PostgresServerOptions.ConnectionString"/>
/// names. A private server stops with this process, and keeps its data, port and random superuser password in its data directory.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly IPostgresRun? _run;
    private readonly ExternalPostgres? _external;

    private PostgresServer(IPostgresRun? run, ExternalPostgres? external)
    {
        _run = run;
        _external = external;
    }

    /// <summary>The connection string for the database <c>postgres</c>, or for the configured one.</summary>
    public string ConnectionString => _external?.ConnectionString ?? Run.ConnectionString("postgres");

    public int Port => new NpgsqlConnectionStringBuilder(ConnectionString).Port;

    public string Version => _external?.Version ?? Run.Version.ToString();

    public bool IsExternal => _run is null;

    /// <summary>Whether the private server runs; false for an external server.</summary>
    public bool IsRunning => _run is { IsRunning: true };

    /// <summary>The process id; 0 if the server is stopped, in a container, or external.</summary>
    public int ProcessId => _run?.ProcessId ?? 0;

    public string DataDirectory => Run.Directory.Path;

    /// <summary>
    /// The location of Postgres' files, for display: below <see cref="DataDirectory"/>, below /var/lib/rideingest, or in a volume of the
    /// container engine.
    /// </summary>
    public string Files => Run.Files;

    private IPostgresRun Run => _run ?? throw new InvalidOperationException("This Postgres is external.");

    /// <summary>Starts the server, and waits until it accepts connections.</summary>
    /// <exception cref="LocalServerException">The server cannot be found, started or reached; the message says what to do.</exception>
    public static async Task<PostgresServer> StartAsync(
        PostgresServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new PostgresServerOptions();
        if (options.ConnectionString is { Length: > 0 } connection)
            return new PostgresServer(
                null, await ExternalPostgres.ReachAsync(connection, options.Progress, cancellationToken).ConfigureAwait(false));

        var directory = Processes.DataDirectory.Take(options.DataDirectory, "postgres");
        IPostgresRun? run = null;
        try
        {
            var cluster = await ServerContainers.ProgramOrContainerAsync(directory, OpenAsync, options.Progress, cancellationToken)
                .ConfigureAwait(false);
            run = cluster is null
                ? Container(options, directory)
                : new PostgresRun(options, directory, cluster, cluster.Version);
            await run.StartAsync(cancellationToken).ConfigureAwait(false);
            return new PostgresServer(run, null);
        }
        catch
        {
            if (run is not null)
                await run.DisposeAsync().ConfigureAwait(false);
            else
                directory.Dispose();
            throw;
        }

        Task<PostgresCluster> OpenAsync() => PostgresCluster.OpenAsync(directory, options, cancellationToken);
    }

    // Not inlined and not typed, so that Testcontainers' assemblies are loaded only for containers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SuppressMessage("Performance", "CA1859", Justification = "The type itself would load the assemblies.")]
    private static IPostgresRun Container(PostgresServerOptions options, DataDirectory directory) =>
        new PostgresContainer(options, directory);

    /// <summary>Creates an empty database unless it exists; returns its connection string.</summary>
    public async Task<string> CreateDatabaseAsync(string name, CancellationToken cancellationToken = default)
    {
        var connection = new NpgsqlConnection(ConnectionString);
        await using (connection.ConfigureAwait(false))
        {
            await connection.OpenAsync(cancellationToken).ConfigureAwait(false);
            var create = new NpgsqlCommand($"create database \"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"", connection);
            await using (create.ConfigureAwait(false))
            {
                try
                {
                    await create.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
                }
                catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DuplicateDatabase)
                {
                    // The database exists from an earlier start.
                }
            }
        }

        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Shuts down without waiting for clients (fast shutdown).</summary>
    public Task StopAsync() => Run.StopAsync();

    /// <summary>Kills the server with SIGKILL, like a crash.</summary>
    public Task KillAsync() => Run.KillAsync();

    /// <summary>Restarts the server with the same port and data. Stops it first if it runs.</summary>
    public Task RestartAsync(CancellationToken cancellationToken = default) => Run.RestartAsync(cancellationToken);

    /// <summary>Suspends the postmaster with SIGSTOP, until <see cref="Resume"/>; new connections wait.</summary>
    /// <exception cref="NotSupportedException">The server runs in a container.</exception>
    public Task PauseAsync() => Run.PauseAsync();

    public void Resume() => Run.Signal(Posix.Continue);

    /// <summary>Stops a private server and removes its temporary data; an external server is not touched.</summary>
    public ValueTask DisposeAsync() => _run?.DisposeAsync() ?? ValueTask.CompletedTask;
}
