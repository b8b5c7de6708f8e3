namespace RideIngest.LocalServers.Processes;

/// <summary>One server over one data directory: a process of this machine, or a container.</summary>
internal interface IServerRun : IAsyncDisposable
{
    DataDirectory Directory { get; }

    bool IsRunning { get; }

    /// <summary>0 while the server is stopped, and for a container.</summary>
    int ProcessId { get; }

    /// <summary>Returns when it answers.</summary>
    /// <exception cref="LocalServerException">It cannot be started; the message says why.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Stops in order.</summary>
    Task StopAsync();

    /// <summary>As a crash would (SIGKILL).</summary>
    Task KillAsync();

    /// <summary>Same port, same data. Stops it first when it runs.</summary>
    Task RestartAsync(CancellationToken cancellationToken);

    /// <exception cref="NotSupportedException">It runs in a container.</exception>
    Task PauseAsync();

    /// <exception cref="NotSupportedException">It runs in a container.</exception>
    void Signal(int signal);
}
