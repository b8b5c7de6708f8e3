using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using RideIngest.LocalServers.Nats;
using RideIngest.TestKit.Network;
using RideIngest.TestKit.Waiting;

namespace RideIngest.Integration.LocalServers;

/// <summary>Speaks NATS's text protocol just well enough to ask JetStream one thing, as with telnet.</summary>
internal static class TextClient
{
    public static async Task<JsonElement> AskAsync(NatsServer server, string subject, string payload = "")
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", server.Port);
        using var reader = new StreamReader(client.GetStream());
        await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(
            $"{ConnectLine.For(server.Url)}SUB answer 1\r\nPUB {subject} answer {payload.Length}\r\n{payload}\r\n"));
        using var deadline = new CancellationTokenSource(Deadlines.Hang);
        while (await reader.ReadLineAsync(deadline.Token) is { } line)
        {
            if (line.StartsWith("MSG answer", StringComparison.Ordinal))
                return JsonDocument.Parse((await reader.ReadLineAsync(deadline.Token))!).RootElement;
        }

        throw new IOException("The server closed the connection.");
    }

    public static Task<JsonElement> CreateStreamAsync(NatsServer server, string stream) =>
        AskAsync(server, $"$JS.API.STREAM.CREATE.{stream}", $$"""{"name":"{{stream}}","subjects":["{{stream}}.>"],"storage":"file"}""");

    public static async Task<long> MessagesAsync(NatsServer server, string stream) =>
        (await AskAsync(server, $"$JS.API.STREAM.INFO.{stream}")).GetProperty("state").GetProperty("messages").GetInt64();
}
