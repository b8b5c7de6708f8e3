using System.Net.Sockets;
using System.Text;
using RideIngest.TestKit.Network;

namespace RideIngest.Integration.Systems;

/// <summary>Publishes what no decent client would.</summary>
internal sealed class RawPublisher : IDisposable
{
    private readonly TcpClient _client;

    public RawPublisher(string url)
    {
        var server = new Uri(url);
        _client = new TcpClient(server.Host, server.Port);
        Send(ConnectLine.For(url));
    }

    public void Publish(string subject, string headers, string payload)
    {
        Send($"HPUB {subject} {headers.Length} {headers.Length + payload.Length}\r\n{headers}{payload}\r\n");
    }

    public void Dispose() => _client.Dispose();

    private void Send(string text) => _client.GetStream().Write(Encoding.UTF8.GetBytes(text));
}
