using System.Globalization;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Nats;

/// <summary>Runs a private nats-server as a process.</summary>
internal sealed class NatsRun(NatsServerOptions options, DataDirectory directory, string binary, Version version)
    : ServerRun(directory, options.Progress), INatsRun
{
    public string Name { get; } = options.Name ?? $"local-{Guid.NewGuid():N}";

    public Version Version => version;

    public int Port { get; private set; } = options.Port ?? FreePort.Pick();

    public int? MonitorPort { get; private set; } = options.PickMonitorPort();

    /// <summary>Null if clients need no password.</summary>
    public string? Password { get; private set; }

    public string Files => Directory.Path;

    public bool SyncsAlways => NatsServerConfig.SyncsAlways(options, version);

    public override string Title => $"NATS {version}";

    protected override string Place => $"127.0.0.1:{Port}{(options.JetStream ? $" (JetStream in {Directory.Path})" : "")}";

    protected override bool MayPickPorts => options.Port is null;

    protected override void PickPorts()
    {
        Port = FreePort.Pick();
        MonitorPort = options.PickMonitorPort();
    }

    protected override async Task<GuardedCommand> PrepareAsync(CancellationToken cancellationToken)
    {
        // A data directory without a password gets one here.
        Password = await options.PasswordAsync(Directory, cancellationToken).ConfigureAwait(false);
        var file = Directory.In("nats-server.conf");
        var text = NatsServerConfig.Text(options with { Password = Password }, version, Name, Directory.In("store"), Port, MonitorPort);
        await PrivateFile.WriteAsync(file, text, cancellationToken).ConfigureAwait(false);
        return new GuardedCommand([binary, "--config", file], file, Directory.In("nats-server.log"), Posix.Terminate)
        {
            Environment = AsGuest(),
            Log = options.Log,
        };
    }

    // The server shares the machine with its users. With its small heap, Go's garbage collector would run constantly under load and take
    // almost half of the server's CPU time; and Go would wake idle threads for work that the current one can do as soon.
    internal static Dictionary<string, string> AsGuest() => new()
    {
        ["GOGC"] = Given("GOGC") ?? "400",
        ["GOMAXPROCS"] = Given("GOMAXPROCS") ?? Math.Max(1, System.Environment.ProcessorCount / 2).ToString(CultureInfo.InvariantCulture),
    };

    private static string? Given(string variable) => System.Environment.GetEnvironmentVariable(variable);

    /// <summary>The server greets clients once JetStream has read its store.</summary>
    protected override async Task<bool> AnswersAsync(CancellationToken cancellationToken) =>
        (await NatsInfo.ReadAsync("127.0.0.1", Port, cancellationToken).ConfigureAwait(false)).Name == Name;
}
