using RideIngest.Integration.Systems;

namespace RideIngest.Integration.AppHost;

/// <summary>The app host as people start it, at ports and in a folder of its own, with everything that it starts in turn.</summary>
internal sealed class AppHostProcess : IAsyncDisposable
{
    private static readonly string[] AnyPorts =
        ["--ASPNETCORE_URLS=", "--ASPIRE_DASHBOARD_OTLP_ENDPOINT_URL=", "--DcpPublisher:RandomizePorts=true"];

    private readonly string _folder;
    private readonly StartedProcess _process;

    public AppHostProcess(string folder)
    {
        _folder = folder;
        var program = Path.Combine(AppContext.BaseDirectory, "../../AppHost", Configuration, "RideIngest.AppHost.dll");

        // The environment is inherited by all that it starts.
        _process = StartedProcess.Start(program, folder, new() { ["RIDEINGEST_TEST_FOLDER"] = folder }, AnyPorts);
    }

    /// <summary>The folder of this build: <c>debug</c> or <c>release</c>.</summary>
    private static string Configuration => Path.GetFileName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory));

    /// <summary>Where the dashboard is, once it is there.</summary>
    public Task<Uri> DashboardAsync() => _process.UrlAsync();

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
    public Task<int> TerminateAsync()
    {
        _process.Terminate();
        return _process.ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
            await TerminateAsync();
        await _process.DisposeAsync();
    }
}
