using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Npgsql;
using RideIngest.LocalServers.Containers;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>
/// A private Postgres on the loopback interface: gone with us, and again what it was when it is started over the same data.
/// Its superuser has a random password, kept beside the data for its owner's eyes. Or, where
/// <see cref="PostgresServerOptions.ConnectionString"/> names one that runs already, a view of that one, which is not ours
/// to stop.
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

    /// <summary>To the database <c>postgres</c>, or to the one that was named.</summary>
    public string ConnectionString => _external?.ConnectionString ?? Run.ConnectionString("postgres");

    public int Port => new NpgsqlConnectionStringBuilder(ConnectionString).Port;

    public string Version => _external?.Version ?? Run.Version.ToString();

    public bool IsExternal => _run is null;

    /// <summary>Whether a server of ours runs; false for one that is not ours.</summary>
    public bool IsRunning => _run is { IsRunning: true };

    /// <summary>0 while the server is stopped, for one in a container, and for one that is not ours.</summary>
    public int ProcessId => _run?.ProcessId ?? 0;

    public string DataDirectory => Run.Directory.Path;

    /// <summary>
    /// Where Postgres's own files are, to be shown: below <see cref="DataDirectory"/>, unless the user that root runs Postgres as cannot
    /// get there, or in a volume of the container engine.
    /// </summary>
    public string Files => Run.Files;

    private IPostgresRun Run => _run ?? throw new InvalidOperationException("This Postgres is not ours.");

    /// <summary>Returns when the server takes connections.</summary>
    /// <exception cref="LocalServerException">It cannot be had, started or reached; the message says what to do.</exception>
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

    // Neither inlined nor typed: only a container needs Testcontainers' assemblies loaded.
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SuppressMessage("Performance", "CA1859", Justification = "The type itself would load the assemblies.")]
    private static IPostgresRun Container(PostgresServerOptions options, DataDirectory directory) =>
        new PostgresContainer(options, directory);

    /// <summary>Makes the database, empty, unless there is one of that name; returns how to connect to it.</summary>
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
                    // Made by an earlier start over the same data.
                }
            }
        }

        return new NpgsqlConnectionStringBuilder(ConnectionString) { Database = name }.ConnectionString;
    }

    /// <summary>Stops in order, without waiting for clients (a fast shutdown).</summary>
    public Task StopAsync() => Run.StopAsync();

    /// <summary>As a crash would (SIGKILL).</summary>
    public Task KillAsync() => Run.KillAsync();

    /// <summary>The same server again: same port, same data. Stops it first when it runs.</summary>
    public Task RestartAsync(CancellationToken cancellationToken = default) => Run.RestartAsync(cancellationToken);

    /// <summary>
    /// Stops answering without closing anything (SIGSTOP to the postmaster: new connections wait), until <see cref="Resume"/>.
    /// </summary>
    /// <exception cref="NotSupportedException">It runs in a container.</exception>
    public Task PauseAsync() => Run.PauseAsync();

    public void Resume() => Run.Signal(Posix.Continue);

    /// <summary>Stops a server of ours and removes temporary data; leaves one that is not ours as it is.</summary>
    public ValueTask DisposeAsync() => _run?.DisposeAsync() ?? ValueTask.CompletedTask;
}
