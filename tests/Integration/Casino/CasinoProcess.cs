using System.Diagnostics;
using System.Text.RegularExpressions;
using RideIngest.LocalServers.Processes;

namespace RideIngest.Integration.Casino;

/// <summary>The casino as it is deployed: a process of its own, whose standard output is its events.</summary>
internal sealed partial class CasinoProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly List<string> _events = [];
    private readonly List<string> _log = [];
    private readonly Task _reading;
    private readonly TaskCompletionSource<string> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public CasinoProcess(params string[] args)
    {
        _process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RideIngest.Casino.dll"), .. args])
        {
            WorkingDirectory = Path.GetTempPath(),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput, _events), ReadAsync(_process.StandardError, _log));
    }

    /// <summary>What it has printed.</summary>
    public IReadOnlyList<string> Events
    {
        get
        {
            lock (_events)
                return [.. _events];
        }
    }

    public string Log
    {
        get
        {
            lock (_log)
                return string.Join('\n', _log);
        }
    }

    /// <summary>Waits until it listens.</summary>
    public async Task<string> ListensAsync()
    {
        await Task.WhenAny(_url.Task, _reading).WaitAsync(Deadline);
        return _url.Task.IsCompleted ? await _url.Task : throw new InvalidOperationException($"It ended: {Log}");
    }

    public async Task<HttpClient> ReadyAsync() => await CasinoSystem.ReadyAsync(await ListensAsync());

    public void Kill() => Posix.Signal(_process.Id, Posix.Kill);

    public void Terminate() => Posix.Signal(_process.Id, Posix.Terminate);

    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        await _reading;
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader from, List<string> lines)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (lines)
                lines.Add(line);
            if (lines == _log && Listens().Match(line) is { Success: true } match)
                _url.TrySetResult(match.Groups[1].Value);
        }
    }

    [GeneratedRegex(@"listens on (http://[^"" ,]+)")]
    private static partial Regex Listens();
}
