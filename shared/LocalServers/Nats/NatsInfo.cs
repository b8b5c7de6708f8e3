using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace RideIngest.LocalServers.Nats;

/// <summary>What a server says of itself, unasked, to whoever connects.</summary>
internal sealed record NatsInfo(string Name, string Version, bool JetStream)
{
    /// <exception cref="IOException">Whoever answered is no NATS server.</exception>
    /// <exception cref="SocketException">Nobody listens there.</exception>
    public static async Task<NatsInfo> ReadAsync(string host, int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        var line = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (line is null || !line.StartsWith("INFO {", StringComparison.Ordinal))
            throw new IOException($"{host}:{port} does not greet as a NATS server does");

        using var json = JsonDocument.Parse(line.AsMemory("INFO ".Length));
        var info = json.RootElement;
        return new NatsInfo(
            info.TryGetProperty("server_name", out var name) ? name.GetString()! : "",
            info.GetProperty("version").GetString()!,
            info.TryGetProperty("jetstream", out var jetStream) && jetStream.GetBoolean());
    }
}
