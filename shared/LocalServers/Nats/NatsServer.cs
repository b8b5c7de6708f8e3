using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using RideIngest.LocalServers.Binaries;
using RideIngest.LocalServers.Containers;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Nats;

/// <summary>
/// A private nats-server on the loopback interface: nobody else's, gone with us, and again what it was when it is started
/// over the same data. Clients need a random password, kept beside the data for its owner's eyes: a client may read and write
/// everything. Or, where <see cref="NatsServerOptions.Url"/> names one that runs already, a view of that one,
/// which is not ours to stop.
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

    /// <summary>With the user and the password that it asks for.</summary>
    public string Url => _external?.Url ?? UrlAt(Port);

    /// <summary>Without them, to be shown.</summary>
    public string Address => $"nats://127.0.0.1:{Run.Port}";

    /// <summary>Null where <see cref="Password"/> is.</summary>
    public string? Username => Password is null ? null : NatsServerConfig.Username;

    /// <summary>Null for a server that asks for none, and for one that is not ours.</summary>
    public string? Password => _run?.Password;

    public int Port => _external?.Port ?? Run.Port;

    /// <summary>Where <c>/varz</c> and the like are served; null when it was not asked for.</summary>
    public int? MonitorPort => _run?.MonitorPort;

    public string Version => _external?.Info.Version ?? Run.Version.ToString();

    public string Name => _external?.Info.Name ?? Run.Name;

    public bool IsExternal => _run is null;

    /// <summary>Whether a server of ours runs; false for one that is not ours.</summary>
    public bool IsRunning => _run is { IsRunning: true };

    /// <summary>0 while the server is stopped, for one in a container, and for one that is not ours.</summary>
    public int ProcessId => _run?.ProcessId ?? 0;

    public string DataDirectory => Run.Directory.Path;

    /// <summary>Where JetStream's files are, to be shown: <see cref="DataDirectory"/>, or a volume of the container engine.</summary>
    public string Files => Run.Files;

    /// <summary>
    /// Whether JetStream's acknowledgements are known to mean that the disk has it. See <see cref="NatsServerOptions.SyncAlways"/>.
    /// </summary>
    public bool SyncsAlways => _run is { SyncsAlways: true };

    private INatsRun Run => _run ?? throw new InvalidOperationException($"The NATS server {Name} is not ours.");

    /// <summary>Returns when the server greets clients, with JetStream ready.</summary>
    /// <exception cref="LocalServerException">It cannot be had, started or reached; the message says what to do.</exception>
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

    // Neither inlined nor typed: only a container needs Testcontainers' assemblies loaded.
    [MethodImpl(MethodImplOptions.NoInlining)]
    [SuppressMessage("Performance", "CA1859", Justification = "The type itself would load the assemblies.")]
    private static INatsRun Container(NatsServerOptions options, DataDirectory directory) => new NatsContainer(options, directory);

    /// <summary>As <see cref="Url"/>, by way of another port of this machine, such as a proxy's.</summary>
    public string UrlAt(int port) => NatsServerConfig.Url("nats", Run.Password, port);

    /// <summary>Stops in order: what JetStream holds is closed and on the disk.</summary>
    public Task StopAsync() => Run.StopAsync();

    /// <summary>As a crash would (SIGKILL).</summary>
    public Task KillAsync() => Run.KillAsync();

    /// <summary>The same server again: same port, same data. Stops it first when it runs.</summary>
    public Task RestartAsync(CancellationToken cancellationToken = default) => Run.RestartAsync(cancellationToken);

    /// <summary>Tells clients to go elsewhere, then goes (lame duck mode).</summary>
    /// <exception cref="NotSupportedException">It runs in a container.</exception>
    public void BeginLameDuck() => Run.Signal(Posix.User2);

    /// <summary>Stops answering without closing anything (SIGSTOP), until <see cref="Resume"/>.</summary>
    /// <exception cref="NotSupportedException">It runs in a container.</exception>
    public Task PauseAsync() => Run.PauseAsync();

    public void Resume() => Run.Signal(Posix.Continue);

    /// <summary>Stops a server of ours and removes temporary data; leaves one that is not ours as it is.</summary>
    public ValueTask DisposeAsync() => _run?.DisposeAsync() ?? ValueTask.CompletedTask;
}
