using System.Net.Sockets;

namespace NATS.Client.Core;

/// <summary>The bytes to and from a server: a TCP socket, or whatever the application puts in its place.</summary>
public interface INatsSocketConnection : IAsyncDisposable
{
    ValueTask<int> SendAsync(ReadOnlyMemory<byte> buffer);

    ValueTask<int> ReceiveAsync(Memory<byte> buffer);
}

public interface INatsTlsUpgradeableSocketConnection : INatsSocketConnection
{
    Socket Socket { get; }
}

public interface INatsSocketConnectionFactory
{
    ValueTask<INatsSocketConnection> ConnectAsync(Uri uri, NatsOpts opts, CancellationToken cancellationToken);
}
