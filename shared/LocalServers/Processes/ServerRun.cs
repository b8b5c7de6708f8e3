namespace RideIngest.LocalServers.Processes;

/// <summary>Runs one server as a process with one data directory; restarts use the same port.</summary>
internal abstract class ServerRun(DataDirectory directory, Action<string>? progress) : IServerRun
{
    private const int Attempts = 5;
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PredecessorEndsWithin = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PredecessorPause = TimeSpan.FromMilliseconds(200);

    private GuardedProcess? _process;

    public DataDirectory Directory => directory;

    public bool IsRunning => ProcessId != 0;

    /// <summary>The process id; 0 if the server is stopped.</summary>
    public int ProcessId => _process is { HasExited: false } running ? running.ProcessId : 0;

    /// <summary>The server's name and version, for messages.</summary>
    public abstract string Title { get; }

    /// <summary>The server's address, known once it is ready.</summary>
    protected abstract string Place { get; }

    /// <summary>Whether the ports may be chosen, because the caller requested none.</summary>
    protected abstract bool MayPickPorts { get; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var mayPick = MayPickPorts && _process is null;
        await directory.EvictAsync(Title, progress, cancellationToken).ConfigureAwait(false);
        var patience = DateTime.UtcNow + PredecessorEndsWithin;
        for (var attempt = 1; ; attempt++)
        {
            var command = await PrepareAsync(cancellationToken).ConfigureAwait(false);
            await LaunchAsync(command, cancellationToken).ConfigureAwait(false);
            if (await IsReadyAsync(command, cancellationToken).ConfigureAwait(false))
                break;

            var said = LogFollower.LastLines(command.LogFile);
            if (IsHeldByPredecessor(said) && DateTime.UtcNow < patience)
            {
                attempt--;
                await Task.Delay(PredecessorPause, cancellationToken).ConfigureAwait(false);
                continue;
            }
            if (!mayPick || attempt == Attempts || !said.Contains("address already in use", StringComparison.OrdinalIgnoreCase))
                throw new LocalServerException($"{Title} did not start. Its last output:\n{said}");
            PickPorts();
        }

        progress?.Invoke($"{Title} is ready on {Place}");
    }

    public Task StopAsync() => _process?.StopAsync() ?? Task.CompletedTask;

    public Task KillAsync() => _process?.KillAsync() ?? Task.CompletedTask;

    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopAsync().ConfigureAwait(false);
        await StartAsync(cancellationToken).ConfigureAwait(false);
    }

    public Task PauseAsync() => _process?.PauseAsync() ?? Task.CompletedTask;

    public void Signal(int signal) => _process?.Signal(signal);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
            await _process.DisposeAsync().ConfigureAwait(false);
        directory.Dispose();
    }

    /// <summary>Whether processes of a server that was killed still hold its data, and will end by themselves.</summary>
    protected virtual bool IsHeldByPredecessor(string said) => false;

    protected abstract void PickPorts();

    protected abstract Task<GuardedCommand> PrepareAsync(CancellationToken cancellationToken);

    /// <summary>Returns true if this server answers, false if another one does; throws if none does.</summary>
    protected abstract Task<bool> AnswersAsync(CancellationToken cancellationToken);

    private async Task LaunchAsync(GuardedCommand command, CancellationToken cancellationToken)
    {
        if (_process is not null)
            await _process.DisposeAsync().ConfigureAwait(false);
        _process = await GuardedProcess.StartAsync(
            command with { RemoveWhenOrphaned = directory.IsTemporary ? directory.Path : null }, cancellationToken).ConfigureAwait(false);
        directory.Remember(_process.ProcessId, command.Mark);
    }

    /// <returns>False when the process ended.</returns>
    private async Task<bool> IsReadyAsync(GuardedCommand command, CancellationToken cancellationToken)
    {
        for (var deadline = DateTime.UtcNow + ReadyWithin; DateTime.UtcNow < deadline;)
        {
            if (_process!.HasExited)
                return false;

            using var answer = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            answer.CancelAfter(AnswersWithin);
            try
            {
                if (await AnswersAsync(answer.Token).ConfigureAwait(false))
                    return true;
            }
            catch (Exception) when (!cancellationToken.IsCancellationRequested)
            {
                // Not ready yet.
            }

            await Task.Delay(Interval, cancellationToken).ConfigureAwait(false);
        }

        throw new LocalServerException(
            $"{Title} was not ready within {ReadyWithin.TotalSeconds:0} s. Its last output:\n{LogFollower.LastLines(command.LogFile)}");
    }
}
