using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace RideIngest.LocalServers.Nats;

/// <summary>A server's greeting, sent to every client that connects.</summary>
internal sealed record NatsInfo(string Name, string Version, bool JetStream)
{
    /// <exception cref="IOException">The other side is not a NATS server.</exception>
    /// <exception cref="SocketException">The connection was refused.</exception>
    public static async Task<NatsInfo> ReadAsync(string host, int port, CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        var line = await reader.ReadLineAsync(cancellationToken).ConfigureAwait(false);
        if (line is null || !line.StartsWith("INFO {", StringComparison.Ordinal))
            throw new IOException($"{host}:{port} is not a NATS server");

        using var json = JsonDocument.Parse(line.AsMemory("INFO ".Length));
        var info = json.RootElement;
        return new NatsInfo(
            info.TryGetProperty("server_name", out var name) ? name.GetString()! : "",
            info.GetProperty("version").GetString()!,
            info.TryGetProperty("jetstream", out var jetStream) && jetStream.GetBoolean());
    }
}
