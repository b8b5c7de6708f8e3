using System.Diagnostics;
using System.Globalization;
using RideIngest.TestKit.Servers;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.LocalServers;

/// <summary>Another process that owns a nats-server and a Postgres, in a process group of its own, as under a terminal.</summary>
internal sealed class ServerHostProcess : IAsyncDisposable
{
    private readonly Process _process;

    private ServerHostProcess(Process process, string[] nats, string[] postgres)
    {
        _process = process;
        NatsProcessId = int.Parse(nats[1], CultureInfo.InvariantCulture);
        PostgresProcessId = int.Parse(postgres[1], CultureInfo.InvariantCulture);
        NatsDirectory = nats[2];
        PostgresDirectory = postgres[2];
        NatsUrl = nats[3];
        ConnectionString = postgres[3];
    }

    public int ProcessId => _process.Id;

    public int NatsProcessId { get; }

    public int PostgresProcessId { get; }

    public string NatsDirectory { get; }

    public string PostgresDirectory { get; }

    public string NatsUrl { get; }

    public string ConnectionString { get; }

    public static async Task<ServerHostProcess> StartAsync(string? data = null, IReadOnlyDictionary<string, string>? environment = null)
    {
        var program = Path.Combine(AppContext.BaseDirectory, typeof(TestNats).Assembly.GetName().Name + ".dll");
        var start = new ProcessStartInfo("setsid", ["dotnet", program, .. data is null ? Array.Empty<string>() : [data]])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = Process.Start(start)!;
        var nats = await process.StandardOutput.ReadLineAsync().WaitAsync(Deadlines.Fetch);
        var postgres = await process.StandardOutput.ReadLineAsync().WaitAsync(Deadlines.Fetch);
        Assert.Equal("ready", await process.StandardOutput.ReadLineAsync().WaitAsync(Deadlines.Fetch));
        return new ServerHostProcess(process, nats!.Split(' ', 4), postgres!.Split(' ', 4));
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>As Ctrl-C on a terminal: to the whole foreground process group.</summary>
    public async Task<string?> InterruptAsync()
    {
        using var kill = Process.Start("sh", ["-c", $"kill -s INT -- -{ProcessId}"]);
        await kill.WaitForExitAsync();
        Assert.Equal(0, kill.ExitCode);
        return await _process.StandardOutput.ReadLineAsync().WaitAsync(Deadlines.Fetch);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.StandardInput.Close();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }
}
