using System.Diagnostics;
using System.Text.RegularExpressions;
using RideIngest.LocalServers.Processes;

namespace RideIngest.Integration.Standalone;

/// <summary>Standalone as people start it: a process of its own, in an empty directory.</summary>
internal sealed partial class StandaloneProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly List<string> _output = [];
    private readonly Task _reading;
    private readonly TaskCompletionSource<string> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StandaloneProcess(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync();
        _reading = ReadAsync();
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it has logged, line by line.</summary>
    public IReadOnlyList<string> Output
    {
        get
        {
            lock (_output)
                return [.. _output];
        }
    }

    public static StandaloneProcess Start(string directory, params string[] args) =>
        Start(directory, new Dictionary<string, string>(), args);

    public static StandaloneProcess Start(string directory, IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "RideIngest.Standalone.dll"), .. args])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    /// <summary>Waits until it listens, and says where.</summary>
    public async Task<Uri> UrlAsync()
    {
        await Task.WhenAny(_url.Task, _reading).WaitAsync(Deadline);
        Assert.True(_url.Task.IsCompleted, $"It ended: {string.Join('\n', Output)}\n{(_process.HasExited ? await _errors : "")}");
        return new Uri(await _url.Task);
    }

    public void Terminate() => Posix.Signal(_process.Id, Posix.Terminate);

    public void Interrupt() => Posix.Signal(_process.Id, Posix.Interrupt);

    /// <returns>The exit code, and what stood on the error stream.</returns>
    public async Task<(int Code, string Errors)> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Deadline);
        await _reading;
        return (_process.ExitCode, await _errors);
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

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            lock (_output)
                _output.Add(line);
            if (Listens().Match(line) is { Success: true } match)
                _url.TrySetResult(match.Groups[1].Value);
        }
    }

    [GeneratedRegex(@"listens on (http://[^"" ,]+)")]
    private static partial Regex Listens();
}
