using System.Net;
using System.Net.Sockets;
using Npgsql;
using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Processes;
using RideIngest.TestKit.Network;

namespace RideIngest.Faults.Worlds;

/// <summary>
/// A producer, a consumer or a role of the casino as it is deployed: a process of its own, which reaches each server over a network of its
/// own. The process may end and be started again; its address and its networks stay.
/// </summary>
internal sealed class Instance : IAsyncDisposable
{
    private static readonly TimeSpan ReadyWithin = TimeSpan.FromSeconds(60);
    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(2) };

    private readonly string _program;
    private readonly string _logs;
    private readonly string _natsUrl;
    private readonly string _database;
    private readonly string[] _arguments;
    private GuardedProcess? _process;

    public Instance(string program, string name, IEnumerable<NatsServer> nats, string database, string logs, params string[] arguments)
    {
        (_program, Name, _logs, _arguments) = (program, name, logs, arguments);
        Port = FreePort.Pick();
        var ways = nats.Select(server => (Server: server, Proxy: new TcpProxy(TcpProxy.Host, server.Port))).ToArray();
        Nats = [.. ways.Select(way => way.Proxy)];
        _natsUrl = string.Join(',', ways.Select(way => way.Server.UrlAt(way.Proxy.Port)));
        var connection = new NpgsqlConnectionStringBuilder(database);
        Postgres = new TcpProxy(TcpProxy.Host, connection.Port);
        (connection.Host, connection.Port) = (TcpProxy.Host, Postgres.Port);
        _database = connection.ConnectionString;
    }

    public string Name { get; }

    /// <summary>The scrape job that it belongs to, as in deploy/prometheus/prometheus.yml.</summary>
    public string Job => _program.ToLowerInvariant();

    /// <summary>What its processes have logged so far.</summary>
    public IReadOnlyList<string> LogLines => [.. Enumerable.Range(1, Starts)
        .SelectMany(start => File.ReadLines(LogOf(start)))
        .Where(line => line.StartsWith('{'))];

    public int Port { get; }

    /// <summary>Its clock, where it has one of its own.</summary>
    public WrongClock? Clock { get; init; }

    public Uri Url => new($"http://127.0.0.1:{Port}");

    /// <summary>The way to each nats-server.</summary>
    public IReadOnlyList<TcpProxy> Nats { get; }

    public TcpProxy Postgres { get; }

    /// <summary>What each of its processes has printed, the first one's first; what it logs to standard error is not among it.</summary>
    public IReadOnlyList<string> Outputs => [.. Enumerable.Range(1, Starts).Select(Output)];

    /// <summary>How many processes it has been.</summary>
    public int Starts { get; private set; }

    /// <summary>Whether it is to be there: started, and not told to end since. One that was killed is to be started again.</summary>
    public bool IsWanted { get; private set; }

    public bool IsRunning => _process is { HasExited: false };

    private string Log => LogOf(Starts);

    private string LogOf(int start) => Path.Combine(_logs, $"{Name}.{start}.log");

    private string Output(int start) => Path.Combine(_logs, $"{Name}.{start}.out");

    /// <summary>Returns when the process answers HTTP; that it is ready to do its work is another thing.</summary>
    public async Task StartAsync()
    {
        IsWanted = true;
        if (IsRunning)
            return;
        if (_process is not null)
            await _process.DisposeAsync();
        Starts++;
        var dll = Path.Combine(AppContext.BaseDirectory, $"RideIngest.{_program}.dll");
        string[] command = [
            "/bin/sh", "-c", "exec \"$@\" >\"$0\"", Output(Starts), .. Clock?.Command ?? [], "dotnet", dll,
            "--urls", Url.ToString().TrimEnd('/'), $"--nats:url={_natsUrl}", $"--postgres:url={_database}",
            "--logging:format=json", "--logging:stream=stderr", .. _arguments,
        ];
        _process = await GuardedProcess.StartAsync(
            new GuardedCommand(command, dll, Log, Posix.Terminate) { Grace = TimeSpan.FromSeconds(45) }, CancellationToken.None);
        await UntilAsync(() => AnswersAsync("/healthz"), $"answers on {Url}");
    }

    /// <summary>Returns when the process says that it can do its work. A casino whose stages do not work yet is degraded.</summary>
    public Task ReadyAsync() => UntilAsync(() => AnswersAsync("/readyz", without: "\"name\":\"casino\""), "is ready");

    public Task KillAsync() => _process?.KillAsync() ?? Task.CompletedTask;

    /// <summary>As <see cref="KillAsync"/>, at this very instant.</summary>
    public void KillNow() => _process?.Signal(Posix.Kill);

    /// <summary>SIGTERM, and the wait for its end.</summary>
    /// <returns>What it said last.</returns>
    public async Task<string> TerminateAsync()
    {
        IsWanted = false;
        if (_process is not null)
            await _process.StopAsync();
        return LogFollower.LastLines(Log);
    }

    public Task PauseAsync() => _process?.PauseAsync() ?? Task.CompletedTask;

    /// <summary>As <see cref="PauseAsync"/>, at this very instant.</summary>
    public void PauseNow() => _process?.Signal(Posix.Stop);

    public void Resume() => _process?.Signal(Posix.Continue);

    public Task<string> MetricsAsync() => Http.GetStringAsync(new Uri(Url, "/metrics"));

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.KillAsync();
            await _process.DisposeAsync();
        }
        foreach (var proxy in Nats)
            await proxy.DisposeAsync();
        await Postgres.DisposeAsync();
    }

    private async Task<bool> AnswersAsync(string path, string? without = null)
    {
        try
        {
            using var answer = await Http.GetAsync(new Uri(Url, path));
            return answer.StatusCode == HttpStatusCode.OK
                && (without is null || !(await answer.Content.ReadAsStringAsync()).Contains(without, StringComparison.Ordinal));
        }
        catch (Exception e) when (e is HttpRequestException or TaskCanceledException or SocketException)
        {
            return false;
        }
    }

    private async Task UntilAsync(Func<Task<bool>> condition, string what)
    {
        for (var late = DateTime.UtcNow + ReadyWithin; !await condition(); await Task.Delay(25))
        {
            if (_process!.HasExited || DateTime.UtcNow > late)
                throw new InvalidOperationException($"{Name} never {what}. The last it said:\n{LogFollower.LastLines(Log)}");
        }
    }
}
