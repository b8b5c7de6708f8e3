namespace RideIngest.LocalServers.Processes;

/// <summary>Runs one server with one data directory, in a process or a container.</summary>
internal interface IServerRun : IAsyncDisposable
{
    DataDirectory Directory { get; }

    bool IsRunning { get; }

    /// <summary>The process id; 0 if the server is stopped or in a container.</summary>
    int ProcessId { get; }

    /// <summary>Starts the server, and waits until it responds.</summary>
    /// <exception cref="LocalServerException">The server cannot be started; the message says why.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    Task StopAsync();

    /// <summary>Kills the server with SIGKILL, like a crash.</summary>
    Task KillAsync();

    /// <summary>Restarts the server with the same port and data. Stops it first if it runs.</summary>
    Task RestartAsync(CancellationToken cancellationToken);

    /// <exception cref="NotSupportedException">The server runs in a container.</exception>
    Task PauseAsync();

    /// <exception cref="NotSupportedException">The server runs in a container.</exception>
    void Signal(int signal);
}
