using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using RideIngest.LocalServers.Processes;

namespace RideIngest.Integration.AppHost;

/// <summary>The app host as people start it, at ports and in a folder of its own, with everything that it starts in turn.</summary>
internal sealed partial class AppHostProcess : IAsyncDisposable
{
    // Its servers' programs may have to be fetched.
    private static readonly TimeSpan Start = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Stop = TimeSpan.FromMinutes(1);

    private readonly string _folder;
    private readonly Process _process;
    private readonly StringBuilder _said = new();
    private readonly TaskCompletionSource<Uri> _dashboard = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Task _reading;

    public AppHostProcess(string folder)
    {
        _folder = folder;
        var program = Path.Combine(AppContext.BaseDirectory, "../../AppHost", Configuration, "RideIngest.AppHost.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. AnyPorts])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // Inherited by all that it starts.
        start.Environment["RIDEINGEST_TEST_FOLDER"] = folder;
        _process = Process.Start(start)!;
        _reading = Task.WhenAll(ReadAsync(_process.StandardOutput), ReadAsync(_process.StandardError));
    }

    public string Said
    {
        get
        {
            lock (_said)
                return _said.ToString();
        }
    }

    /// <summary>The folder of this build: <c>debug</c> or <c>release</c>.</summary>
    private static string Configuration => Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    private static string[] AnyPorts =>
        ["--ASPNETCORE_URLS=", "--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=", "--DcpPublisher:RandomizePorts=true"];

    /// <summary>Where the dashboard is, once it is there.</summary>
    public async Task<Uri> DashboardAsync()
    {
        await Task.WhenAny(_dashboard.Task, _reading).WaitAsync(Start);
        return _dashboard.Task.IsCompleted ? await _dashboard.Task : throw new InvalidOperationException($"It ended: {Said}");
    }

    /// <summary>The command line and the environment of the app host and of all that it has started.</summary>
    public IReadOnlyList<string> Processes()
    {
        var all = new List<string>();
        foreach (var process in Directory.GetDirectories("/proc").Where(folder => File.Exists(Path.Combine(folder, "environ"))))
        {
            try
            {
                var environment = File.ReadAllText(Path.Combine(process, "environ"));
                if (environment.Contains(_folder, StringComparison.Ordinal))
                    all.Add(File.ReadAllText(Path.Combine(process, "cmdline")) + environment);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It has ended, or is another user's.
            }
        }

        return all;
    }

    /// <returns>The exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        Posix.Signal(_process.Id, Posix.Terminate);
        await _process.WaitForExitAsync().WaitAsync(Stop);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await TerminateAsync();
        _process.Dispose();
    }

    private async Task ReadAsync(StreamReader from)
    {
        while (await from.ReadLineAsync() is { } line)
        {
            lock (_said)
                _said.AppendLine(line);
            if (Listens().Match(line) is { Success: true } match)
                _dashboard.TrySetResult(new(match.Groups[1].Value));
        }
    }

    [GeneratedRegex("Now listening on: (http://.+)")]
    private static partial Regex Listens();
}
