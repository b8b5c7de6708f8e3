using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using RideIngest.LocalServers.Binaries;
using RideIngest.LocalServers.Containers;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Nats;

/// <summary>
/// A private nats-server on the loopback interface, or a connection to the server that <see cref="NatsServerOptions.Url"/> names. A private
/// server stops with this process, and keeps its data, port and random password in its data directory.
/// </summary>
public sealed class NatsServer : IAsyncDisposable
{
    private readonly INatsRun? _run;
    private readonly ExternalNats? _external;

    private NatsServer(INatsRun? run, ExternalNats? external)
    {
        _run = run;
        _external = external;
    }

    /// <summary>The URL with user and password.</summary>
    public string Url => _external?.Url ?? UrlAt(Port);

    /// <summary>The URL without user and password, for display.</summary>
    public string Address => $"nats://127.0.0.1:{Run.Port}";

    /// <summary>The user name; null if <see cref="Password"/> is null.</summary>
    public string? Username => Password is null ? null : NatsServerConfig.Username;

    /// <summary>The password; null for a server without one, and for an external server.</summary>
    public string? Password => _run?.Password;

    public int Port => _external?.Port ?? Run.Port;

    /// <summary>The port of <c>/varz</c> and other monitoring endpoints; null if not requested.</summary>
    public int? MonitorPort => _run?.MonitorPort;

    public string Version => _external?.Info.Version ?? Run.Version.ToString();

    public string Name => _external?.Info.Name ?? Run.Name;

    public bool IsExternal => _run is null;

    /// <summary>Whether the private server runs; false for an external server.</summary>
    public bool IsRunning => _run is { IsRunning: true };

    /// <summary>The process id; 0 if the server is stopped, in a container, or external.</summary>
    public int ProcessId => _run?.ProcessId ?? 0;

    public string DataDirectory => Run.Directory.Path;

    /// <summary>The location of JetStream's files, for display: <see cref="DataDirectory"/>, or a volume of the container engine.</summary>
    public string Files => Run.Files;

    /// <summary>Whether JetStream syncs to disk before it acknowledges. See <see cref="NatsServerOptions.SyncAlways"/>.</summary>
    public bool SyncsAlways => _run is { SyncsAlways: true };

    private INatsRun Run => _run ?? throw new InvalidOperationException($"The NATS server {Name} is external.");

    /// <summary>Starts the server, and waits until it greets clients and JetStream is ready.</summary>
    /// <exception cref="LocalServerException">The server cannot be found, started or reached; the message says what to do.</exception>
    public static async Task<NatsServer> StartAsync(NatsServerOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new NatsServerOptions();
        if (options.Url is { Length: > 0 } url)
            return new NatsServer(null, await ExternalNats.ReachAsync(url, options, cancellationToken).ConfigureAwait(false));

        var directory = Processes.DataDirectory.Take(options.DataDirectory, "nats");
        INatsRun? run = null;
        try
        {
            var binary = options.Binary ?? await ServerContainers
                .ProgramOrContainerAsync(directory, FindAsync, options.Progress, cancellationToken)
                .ConfigureAwait(false);
            run = binary is null
                ? Container(options, directory)
                : new NatsRun(
                    options, directory, binary, await ServerBinaries.VersionAsync(binary, cancellationToken).ConfigureAwait(false));
            await run.StartAsync(cancellationToken).ConfigureAwait(false);
            return new NatsServer(run, null);
        }
        catch
        {
            if (run is not null)
                await run.DisposeAsync().ConfigureAwait(false);
            else
                directory.Dispose();
            throw;
        }

        Task<string> FindAsync() => ServerBinaries.FindNatsAsync(options.Progress, cancellationToken);
    }

    // Not inlined and not typed, so that Testcontainers' assemblies are loaded only for containers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SuppressMessage("Performance", "CA1859", Justification = "The type itself would load the assemblies.")]
    private static INatsRun Container(NatsServerOptions options, DataDirectory directory) => new NatsContainer(options, directory);

    /// <summary><see cref="Url"/> with another port of this machine, such as a proxy's.</summary>
    public string UrlAt(int port) => NatsServerConfig.Url("nats", Run.Password, port);

    /// <summary>Shuts down; JetStream's files are closed and synced.</summary>
    public Task StopAsync() => Run.StopAsync();

    /// <summary>Kills the server with SIGKILL, like a crash.</summary>
    public Task KillAsync() => Run.KillAsync();

    /// <summary>Restarts the server with the same port and data. Stops it first if it runs.</summary>
    public Task RestartAsync(CancellationToken cancellationToken = default) => Run.RestartAsync(cancellationToken);

    /// <summary>Starts lame duck mode: the server tells clients to reconnect elsewhere, then exits.</summary>
    /// <exception cref="NotSupportedException">The server runs in a container.</exception>
    public void BeginLameDuck() => Run.Signal(Posix.User2);

    /// <summary>Suspends the server with SIGSTOP, until <see cref="Resume"/>; connections stay open.</summary>
    /// <exception cref="NotSupportedException">The server runs in a container.</exception>
    public Task PauseAsync() => Run.PauseAsync();

    public void Resume() => Run.Signal(Posix.Continue);

    /// <summary>Stops a private server and removes its temporary data; an external server is not touched.</summary>
    public ValueTask DisposeAsync() => _run?.DisposeAsync() ?? ValueTask.CompletedTask;
}
