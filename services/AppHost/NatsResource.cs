using RideIngest.LocalServers.Nats;
using RideIngest.LocalServers.Processes;

namespace RideIngest.AppHost;

/// <summary>The app host's private NATS server.</summary>
internal sealed class NatsResource : ServerResource
{
    private NatsServer _server = null!;

    private NatsResource()
        : base("nats")
    {
    }

    public override bool IsRunning => _server.IsRunning;

    public override string Address => _server.Address;

    public override string Data => _server.DataDirectory;

    public override IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["RIDEINGEST__NATS__URL"] = Address,
        ["RIDEINGEST__NATS__USERNAME"] = _server.Username!,
        ["RIDEINGEST__NATS__PASSWORD_FILE"] = Path.Combine(Data, "password"),
    };

    /// <exception cref="LocalServerException">The server cannot be started.</exception>
    public static async Task<NatsResource> StartAsync(string data, Action<string> progress)
    {
        var nats = new NatsResource();
        nats._server = await NatsServer.StartAsync(
            new() { DataDirectory = Path.Combine(data, "nats"), Progress = progress, Log = nats.Write });
        return nats;
    }

    public override Task RestartAsync(CancellationToken cancellationToken) => _server.RestartAsync(cancellationToken);

    public override ValueTask DisposeAsync() => _server.DisposeAsync();
}
