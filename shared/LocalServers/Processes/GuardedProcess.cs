using System.Diagnostics;
using System.Globalization;

namespace RideIngest.LocalServers.Processes;

/// <summary>
/// A server process that cannot outlive this one (see <see cref="GuardScript"/>). It has its own session, so that Ctrl-C reaches only this
/// process and the server stays up while we drain.
/// </summary>
internal sealed class GuardedProcess : IAsyncDisposable
{
    private readonly Process _guard;
    private readonly int _stopSignal;
    private readonly TimeSpan _grace;
    private readonly LogFollower? _follower;

    private GuardedProcess(Process guard, int processId, GuardedCommand command)
    {
        _guard = guard;
        ProcessId = processId;
        _stopSignal = command.StopSignal;
        _grace = command.Grace;
        _follower = command.Log is { } log ? LogFollower.Start(command.LogFile, log) : null;
    }

    public int ProcessId { get; }

    public bool HasExited => _guard.HasExited;

    public static async Task<GuardedProcess> StartAsync(GuardedCommand command, CancellationToken cancellationToken)
    {
        LogFollower.SetAside(command.LogFile);
        var guard = Process.Start(StartInfo(command))!;
        try
        {
            var first = await guard.StandardOutput.ReadLineAsync(cancellationToken).ConfigureAwait(false);
            if (!int.TryParse(first, CultureInfo.InvariantCulture, out var processId))
            {
                var said = await guard.StandardError.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
                throw new LocalServerException($"{command.Command[0]} could not be started: {said.Trim()}");
            }

            return new GuardedProcess(guard, processId, command);
        }
        catch
        {
            // The guard treats this as the end of our process.
            guard.StandardInput.Close();
            guard.Dispose();
            throw;
        }
    }

    /// <summary>Asks the server to stop, kills it after the grace period, and returns when it has exited.</summary>
    public async Task StopAsync()
    {
        Signal(_stopSignal);
        Signal(Posix.Continue);
        using var grace = new CancellationTokenSource(_grace);
        try
        {
            await _guard.WaitForExitAsync(grace.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            await KillAsync().ConfigureAwait(false);
        }
    }

    public async Task KillAsync()
    {
        Signal(Posix.Kill);
        await _guard.WaitForExitAsync().ConfigureAwait(false);
    }

    /// <summary>Suspends the server, and returns when every thread has stopped, which the signal alone does not guarantee.</summary>
    public async Task PauseAsync()
    {
        Signal(Posix.Stop);
        while (!_guard.HasExited && Directory.Exists("/proc/self") && Directory.GetDirectories($"/proc/{ProcessId}/task").Any(IsRunning))
            await Task.Delay(1).ConfigureAwait(false);
    }

    /// <summary>Sends a signal, unless the server has exited: its process id may have been reused.</summary>
    public void Signal(int signal)
    {
        if (!_guard.HasExited)
            Posix.Signal(ProcessId, signal);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_guard.HasExited)
            await StopAsync().ConfigureAwait(false);
        if (_follower is not null)
            await _follower.DisposeAsync().ConfigureAwait(false);
        _guard.Dispose();
    }

    // The state follows the name, which is in parentheses and may contain any character.
    private static bool IsRunning(string thread) =>
        File.ReadAllText(Path.Combine(thread, "stat")) is var stat && stat[stat.LastIndexOf(')') + 2] != 'T';

    private static ProcessStartInfo StartInfo(GuardedCommand command)
    {
        var setsid = Programs.Find("setsid");
        var start = new ProcessStartInfo(setsid ?? "/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        // macOS has no setsid; its sh is bash, and job control puts the server in its own process group.
        string[] shell = setsid is null ? ["-m"] : ["/bin/sh"];
        string[] guard = [
            .. shell, "-c", GuardScript.Text, "guard",
            command.StopSignal.ToString(CultureInfo.InvariantCulture),
            command.Grace.TotalSeconds.ToString("0", CultureInfo.InvariantCulture),
            command.LogFile, command.RemoveWhenOrphaned ?? "",
        ];
        foreach (var argument in guard.Concat(command.Command))
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in command.Environment)
            start.Environment[name] = value;
        return start;
    }
}
