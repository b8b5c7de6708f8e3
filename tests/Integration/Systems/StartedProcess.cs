using System.Diagnostics;
using System.Text.RegularExpressions;
using RideIngest.LocalServers.Processes;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.Systems;

/// <summary>A program of ours as it is deployed: a process of its own, that is heard line by line.</summary>
internal sealed partial class StartedProcess : IAsyncDisposable
{
    // Code of a process that lives for seconds is not worth profiling, nor optimizing before it has run some hundred times: a third of
    // the processor time of such tests went into that.
    private static readonly Dictionary<string, string> Briefly = new()
    {
        ["DOTNET_TieredPGO"] = "0",
        ["DOTNET_TC_CallCountThreshold"] = "300",
    };

    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly Task _reading;
    private readonly TaskCompletionSource<Uri> _url = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StartedProcess(Process process)
    {
        _process = process;
        _reading = Task.WhenAll(ReadAsync(process.StandardOutput, _output), ReadAsync(process.StandardError, _errors));
    }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>What it has said on standard output, line by line.</summary>
    public IReadOnlyList<string> Output => Copy(_output);

    /// <summary>What it has said on standard error.</summary>
    public string Errors => string.Join('\n', Copy(_errors));

    /// <summary>What it has said on either.</summary>
    public string Said => string.Join('\n', [.. Output, Errors]);

    /// <param name="service"><c>Producer</c>, <c>Consumer</c>, <c>Casino</c> or <c>Simulators</c>.</param>
    public static StartedProcess Service(string service, params string[] args) => Service(service, [], args);

    public static StartedProcess Service(string service, Dictionary<string, string> environment, params string[] args) =>
        Start(PathOf(service), Path.GetTempPath(), environment, args);

    /// <summary>As people start it, in a directory that they stand in.</summary>
    public static StartedProcess Standalone(string directory, params string[] args) => Standalone(directory, [], args);

    public static StartedProcess Standalone(string directory, Dictionary<string, string> environment, params string[] args) =>
        Start(PathOf("Standalone"), directory, environment, args);

    /// <param name="program">The path of its assembly.</param>
    public static StartedProcess Start(string program, string directory, Dictionary<string, string> environment, params string[] args)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. args])
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in Briefly.Concat(environment))
            start.Environment[name] = value;
        return new(Process.Start(start)!);
    }

    /// <summary>Waits until it listens, and says where.</summary>
    public async Task<Uri> UrlAsync()
    {
        await Task.WhenAny(_url.Task, _reading).WaitAsync(Deadlines.Fetch);
        return _url.Task.IsCompleted ? await _url.Task : throw new InvalidOperationException($"It ended: {Said}");
    }

    /// <summary>Waits until a line of its output is as wanted, or so many are.</summary>
    public Task SaysAsync(Func<string, bool> wanted, int times = 1) => Eventually.True(() =>
        Output.Count(wanted) >= times || (HasExited ? throw new InvalidOperationException($"It said only: {Said}") : false));

    public void Terminate() => Posix.Signal(_process.Id, Posix.Terminate);

    public void Interrupt() => Posix.Signal(_process.Id, Posix.Interrupt);

    public void Kill() => Posix.Signal(_process.Id, Posix.Kill);

    /// <summary>Waits until it has ended, and all that it said was heard.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(Deadlines.Hang);
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

    private static string PathOf(string service) => Path.Combine(AppContext.BaseDirectory, $"RideIngest.{service}.dll");

    private static List<string> Copy(List<string> lines)
    {
        lock (lines)
            return [.. lines];
    }

    private async Task ReadAsync(StreamReader from, List<string> lines)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (lines)
                lines.Add(line);
            if (Listens().Match(line) is { Success: true } match)
                _url.TrySetResult(new Uri(match.Groups[1].Value));
        }
    }

    // The second is how the app host names its dashboard.
    [GeneratedRegex(@"(?:listens on |Now listening on: )(http://[^"" ,]+)")]
    private static partial Regex Listens();
}
