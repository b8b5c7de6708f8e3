using System.Net.Sockets;
using NATS.Client.Core;
using RideIngest.TestKit.Network;

namespace RideIngest.Integration.Nats.Network;

/// <summary>Hands the client its bytes in exactly the given pieces: no read crosses a border. And says when the client sends.</summary>
internal sealed class ChunkedSockets(Chunking chunking) : INatsSocketConnectionFactory
{
    public Action Sending { get; set; } = () => { };

    public async ValueTask<INatsSocketConnection> ConnectAsync(Uri uri, NatsOpts opts, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(uri.Host, uri.Port, cancellationToken);
        return new Connection(socket, this, chunking);
    }

    private sealed class Connection(Socket socket, ChunkedSockets sockets, Chunking chunking) : INatsSocketConnection
    {
        private long _position;

        public ValueTask<int> SendAsync(ReadOnlyMemory<byte> buffer)
        {
            sockets.Sending();
            return socket.SendAsync(buffer);
        }

        public async ValueTask<int> ReceiveAsync(Memory<byte> buffer)
        {
            var read = await socket.ReceiveAsync(buffer[..chunking.NextLength(_position, buffer.Length)]);
            _position += read;
            return read;
        }

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
