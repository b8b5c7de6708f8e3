using System.Net.Sockets;
using System.Text;

namespace RideIngest.Integration.Consumer;

/// <summary>Publishes what no decent client would.</summary>
internal sealed class RawPublisher : IDisposable
{
    private readonly TcpClient _client;

    public RawPublisher(int port)
    {
        _client = new TcpClient("127.0.0.1", port);
        Send("CONNECT {\"headers\":true,\"verbose\":false}\r\n");
    }

    public void Publish(string subject, string headers, string payload)
    {
        Send($"HPUB {subject} {headers.Length} {headers.Length + payload.Length}\r\n{headers}{payload}\r\n");
    }

    public void Dispose() => _client.Dispose();

    private void Send(string text) => _client.GetStream().Write(Encoding.UTF8.GetBytes(text));
}
