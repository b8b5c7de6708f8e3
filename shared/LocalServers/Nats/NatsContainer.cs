using System.Text;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using RideIngest.LocalServers.Containers;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Nats;

/// <summary>A private nats-server in a container, configured like one in a process.</summary>
internal sealed class NatsContainer(NatsServerOptions options, DataDirectory directory)
    : ContainerRun(directory, options.Progress, options.Log), INatsRun
{
    private const ushort ClientPort = 4222;
    private const ushort HttpPort = 8222;
    private const string DataPath = "/data";
    private const string ConfigFile = "/etc/rideingest-nats.conf";

    private string _config = "";

    public string Name { get; } = options.Name ?? $"local-{Guid.NewGuid():N}";

    public Version Version { get; private set; } = Version.Parse(ServerImages.NatsVersion);

    public int Port { get; private set; } = options.Port ?? FreePort.Pick();

    public int? MonitorPort { get; private set; } = options.PickMonitorPort();

    public string? Password { get; private set; }

    public bool SyncsAlways => NatsServerConfig.SyncsAlways(options, Version);

    protected override string Title => $"NATS {Version}";

    protected override string Place => $"127.0.0.1:{Port}{(options.JetStream ? $" (JetStream in {Files})" : "")}";

    protected override string ImageName => ServerImages.Nats;

    protected override bool MayPickPorts => options.Port is null;

    protected override void PickPorts()
    {
        Port = FreePort.Pick();
        MonitorPort = options.PickMonitorPort();
    }

    protected override async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (options.Routes is not null)
            throw new NotSupportedException("Clusters cannot run in containers.");
        Password = await options.PasswordAsync(Directory, cancellationToken).ConfigureAwait(false);
        var asked = options with { Password = Password };
        int? monitor = MonitorPort is null ? null : HttpPort;
        _config = NatsServerConfig.Text(asked, Version, Name, $"{DataPath}/store", ClientPort, monitor, "0.0.0.0");
    }

    // Copied before the start, because a mounted file must be readable by the container's user and exist on the engine's host.
    protected override IContainer Build()
    {
        var builder = Common(new ContainerBuilder(ServerImages.Nats), DataPath)
            .WithResourceMapping(Encoding.UTF8.GetBytes(_config), ConfigFile, fileMode: UnixFileModes.UserRead)
            .WithCommand("--config", ConfigFile)
            .WithEnvironment(NatsRun.AsGuest())
            .WithPortBinding(Port, ClientPort);
        return (MonitorPort is { } monitor ? builder.WithPortBinding(monitor, HttpPort) : builder).Build();
    }

    protected override async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        var info = await NatsInfo.ReadAsync("127.0.0.1", Port, cancellationToken).ConfigureAwait(false);
        if (info.Name != Name)
            return false;
        Version = Version.Parse(info.Version.Split('-')[0]);
        return true;
    }
}
