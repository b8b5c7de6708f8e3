using System.Diagnostics;
using System.Globalization;

namespace RideIngest.LocalServers.Processes;

/// <summary>
/// A server process that cannot outlive us (see <see cref="GuardScript"/>), in a session of its own: Ctrl-C on our terminal
/// reaches us alone, and the server is there until we have drained.
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
            // To the guard this is our end.
            guard.StandardInput.Close();
            guard.Dispose();
            throw;
        }
    }

    /// <summary>Asks the server to stop, insists after the grace, and returns when it is gone.</summary>
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

    /// <summary>Returns when every thread stands still, which the signal alone does not promise.</summary>
    public async Task PauseAsync()
    {
        Signal(Posix.Stop);
        while (!_guard.HasExited && Directory.Exists("/proc/self") && Directory.GetDirectories($"/proc/{ProcessId}/task").Any(IsRunning))
            await Task.Delay(1).ConfigureAwait(false);
    }

    /// <summary>Does nothing when the server is gone: its process id may belong to somebody else by now.</summary>
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

    // The state is the first field behind the name, which is in parentheses and may hold any character itself.
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
        // macOS has no setsid; its sh is bash, where job control gives the server a process group of its own.
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
