using Docker.DotNet.Models;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using Microsoft.Extensions.Logging.Abstractions;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Containers;

/// <summary>
/// Runs one server in a container, published on the loopback interface only. Permanent data is in a volume of the engine; the container is
/// removed when this process ends, or by the next start.
/// </summary>
internal abstract class ContainerRun(DataDirectory directory, Action<string>? progress, Action<string>? log) : IServerRun
{
    private const int Attempts = 5;
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LeavesWithin = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly string[] TakenPort = ["address already in use", "port is already allocated", "ports are not available"];

    private ContainerEngine? _engine;
    private IContainer? _container;
    private Task _ended = Task.CompletedTask;
    private Task _logged = Task.CompletedTask;

    public DataDirectory Directory => directory;

    public bool IsRunning => !_ended.IsCompleted;

    public int ProcessId => 0;

    /// <summary>The location of the data, for display.</summary>
    public string Files => Volume is null ? "a container" : $"the container volume {Volume}";

    /// <summary>The server's name and version, for messages.</summary>
    protected abstract string Title { get; }

    /// <summary>The server's address, known once it is ready.</summary>
    protected abstract string Place { get; }

    protected abstract string ImageName { get; }

    /// <summary>Whether the ports may be chosen, because the caller requested none.</summary>
    protected abstract bool MayPickPorts { get; }

    /// <summary>The volume with the data; null for temporary data, which is removed with the container.</summary>
    protected string? Volume { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Volume = await DataVolume.ChooseAsync(directory, ImageName.Split(':')[0], cancellationToken).ConfigureAwait(false);
        _engine = await ContainerEngine.FindAsync(cancellationToken).ConfigureAwait(false);
        await OrFailAsync(() => _engine.RemoveOrphansAsync(directory, cancellationToken), cancellationToken).ConfigureAwait(false);
        progress?.Invoke($"Starting {ImageName} in a container; the image is pulled first if it is missing…");
        AppDomain.CurrentDomain.ProcessExit += AtExit;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await CreateAndStartAsync(cancellationToken).ConfigureAwait(false);
                return;
            }
            catch (LocalServerException e) when (MayPickPorts && attempt < Attempts && SaysTaken(e.Message))
            {
                await RemoveAsync().ConfigureAwait(false);
                PickPorts();
            }
        }
    }

    public Task StopAsync() => _container is null || !IsRunning ? Task.CompletedTask : OrFailAsync(StopContainerAsync, default);

    public Task KillAsync() => _container is null || !IsRunning ? Task.CompletedTask : OrFailAsync(KillContainerAsync, default);

    public async Task RestartAsync(CancellationToken cancellationToken)
    {
        await StopAsync().ConfigureAwait(false);

        // The container may have been removed by hand; its volume remains.
        var isThere = false;
        if (IsCreated)
            await OrFailAsync(LookAsync, cancellationToken).ConfigureAwait(false);
        if (isThere)
            await StartContainerAsync(_container!, cancellationToken).ConfigureAwait(false);
        else
            await CreateAndStartAsync(cancellationToken).ConfigureAwait(false);

        async Task LookAsync() => isThere = await _engine!.HasAsync(_container!.Id, cancellationToken).ConfigureAwait(false);
    }

    public Task PauseAsync() => throw NoSignals();

    public void Signal(int signal) => throw NoSignals();

    public async ValueTask DisposeAsync()
    {
        AppDomain.CurrentDomain.ProcessExit -= AtExit;
        try
        {
            await StopAsync().ConfigureAwait(false);
            await RemoveAsync().ConfigureAwait(false);
        }
        catch (LocalServerException e)
        {
            progress?.Invoke($"{Title}: the next start will remove its container: {e.Message}");
        }

        directory.Dispose();
    }

    protected abstract void PickPorts();

    /// <summary>Writes passwords and configuration before each creation of the container.</summary>
    protected abstract Task PrepareAsync(CancellationToken cancellationToken);

    protected abstract IContainer Build();

    /// <summary>Returns true if this server answers, false if another one does; throws if none does.</summary>
    protected abstract Task<bool> AnswersAsync(CancellationToken cancellationToken);

    /// <summary>Applies the settings that all our containers share.</summary>
    protected TBuilder Common<TBuilder, TContainer, TConfiguration>(
        ContainerBuilder<TBuilder, TContainer, TConfiguration> builder, string dataPath)
        where TBuilder : ContainerBuilder<TBuilder, TContainer, TConfiguration>
        where TContainer : IContainer
        where TConfiguration : IContainerConfiguration
    {
        // Testcontainers' own cleanup would run another container with access to the engine's socket.
        var common = builder.WithCleanUp(false)
            .WithLogger(NullLogger.Instance)
            .WithLabel(ContainerEngine.Labels(directory))
            .WithWaitStrategy(Wait.ForUnixContainer().AddCustomWaitStrategy(
                new Answering(TryAnswerAsync), wait => wait.WithInterval(Interval).WithTimeout(ReadyWithin)))
            .WithCreateParameterModifier(OnLoopback);
        return Volume is null ? common : common.WithVolumeMount(Volume, dataPath);
    }

    // The container has no id before it is created, and reading it throws.
    private bool IsCreated => _container is { State: not TestcontainersStates.Undefined };

    private static bool SaysTaken(string message) =>
        Array.Exists(TakenPort, said => message.Contains(said, StringComparison.OrdinalIgnoreCase));

    private static void OnLoopback(CreateContainerParameters parameters)
    {
        foreach (var binding in parameters.HostConfig!.PortBindings!.Values.SelectMany(bindings => bindings))
            binding.HostIP = "127.0.0.1";
    }

    private NotSupportedException NoSignals() => new($"{Title} runs in a container and cannot be signalled.");

    // Removes servers shared until the process ends, which it does when this returns. After a kill, the next start removes them.
    private void AtExit(object? sender, EventArgs e)
    {
        IAsyncResult left = Task.Run(() => DisposeAsync().AsTask());
        left.AsyncWaitHandle.WaitOne(LeavesWithin);
    }

    private async Task CreateAndStartAsync(CancellationToken cancellationToken)
    {
        await PrepareAsync(cancellationToken).ConfigureAwait(false);
        _container = Build();
        await StartContainerAsync(_container, cancellationToken).ConfigureAwait(false);
    }

    private async Task StartContainerAsync(IContainer container, CancellationToken cancellationToken)
    {
        await OrFailAsync(() => container.StartAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        _ended = _engine!.Client.Containers.WaitContainerAsync(container.Id, CancellationToken.None);
        if (log is not null)
            _logged = ContainerLog.FollowAsync(_engine.Client, container.Id, container.StartedTime, log);
        progress?.Invoke($"{Title} is ready on {Place}");
    }

    private async Task StopContainerAsync()
    {
        await _container!.StopAsync().ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
    }

    private async Task KillContainerAsync()
    {
        await _engine!.Client.Containers.KillContainerAsync(_container!.Id, new() { Signal = "SIGKILL" }).ConfigureAwait(false);
        await EndAsync().ConfigureAwait(false);
    }

    private async Task EndAsync()
    {
        await _ended.ConfigureAwait(false);
        await _logged.ConfigureAwait(false);
    }

    private async Task RemoveAsync()
    {
        if (IsCreated)
            await OrFailAsync(() => _engine!.RemoveAsync(_container!.Id, CancellationToken.None), default).ConfigureAwait(false);
        _container = null;
    }

    private async Task<bool> TryAnswerAsync()
    {
        using var answer = new CancellationTokenSource(AnswersWithin);
        try
        {
            return await AnswersAsync(answer.Token).ConfigureAwait(false);
        }
        catch (Exception)
        {
            // Not ready yet. Testcontainers gives up when the container ends or the time is up.
            return false;
        }
    }

    /// <summary>Wraps the many exception types of the engine's client and Testcontainers, whose messages lack context.</summary>
    private async Task OrFailAsync(Func<Task> act, CancellationToken cancellationToken)
    {
        try
        {
            await act().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not LocalServerException && !cancellationToken.IsCancellationRequested)
        {
            throw new LocalServerException($"{Title} in a container ({ImageName}): {e.Message.Trim()}", e);
        }
    }

    private sealed class Answering(Func<Task<bool>> answers) : IWaitUntil
    {
        public Task<bool> UntilAsync(IContainer container) => answers();
    }
}
