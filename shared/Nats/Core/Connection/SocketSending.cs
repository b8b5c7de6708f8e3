using System.Runtime.CompilerServices;

namespace NATS.Client.Core;

internal static class SocketSending
{
    /// <summary>Sends until nothing is left: a socket may take a part.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public static async ValueTask SendAllAsync(this INatsSocketConnection socket, ReadOnlyMemory<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var sent = await socket.SendAsync(bytes).ConfigureAwait(false);
            if (sent <= 0)
                throw new NatsException("The socket is closed");
            bytes = bytes[sent..];
        }
    }
}
