using System.Net.Sockets;

namespace NATS.Client.Core;

internal sealed class TcpConnection(Socket socket) : INatsTlsUpgradeableSocketConnection
{
    public Socket Socket => socket;

    public static async ValueTask<TcpConnection> ConnectAsync(string host, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(host, port, cancellationToken).ConfigureAwait(false);
            return new TcpConnection(socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public ValueTask<int> SendAsync(ReadOnlyMemory<byte> buffer) => socket.SendAsync(buffer, SocketFlags.None, CancellationToken.None);

    public ValueTask<int> ReceiveAsync(Memory<byte> buffer) => socket.ReceiveAsync(buffer, SocketFlags.None, CancellationToken.None);

    public ValueTask DisposeAsync()
    {
        socket.Dispose();
        return default;
    }
}
