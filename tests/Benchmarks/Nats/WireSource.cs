using System.Net.Sockets;
using System.Text;

namespace RideIngest.Benchmarks.Nats;

/// <summary>
/// Publishes over a bare socket, with the bytes made beforehand, so that a row about receiving measures the receiver:
/// the same sender for both clients. It keeps a window, since a server cuts off a receiver that falls far behind.
/// </summary>
public sealed class WireSource : IAsyncDisposable
{
    private const int Chunk = 64;
    private readonly TcpClient _client;
    private readonly byte[] _message;
    private readonly SemaphoreSlim _room = new(0);
    private int _allowed;

    private WireSource(TcpClient client, byte[] message)
    {
        _client = client;
        _message = message;
    }

    public static async Task<WireSource> OpenAsync(string url, string subject, byte[] payload)
    {
        var address = new Uri(url);
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port);
        await client.GetStream().WriteAsync("CONNECT {\"verbose\":false}\r\n"u8.ToArray());
        _ = DrainAsync(client);
        return new WireSource(client, [.. Encoding.ASCII.GetBytes($"PUB {subject} {payload.Length}\r\n"), .. payload, .. "\r\n"u8]);
    }

    public void Received(int total)
    {
        Volatile.Write(ref _allowed, total);
        if (_room.CurrentCount == 0) _room.Release();
    }

    public async Task SendAsync(int messages, int window)
    {
        await Task.Yield();
        var stream = _client.GetStream();
        var chunk = Enumerable.Repeat(_message, Chunk).SelectMany(bytes => bytes).ToArray();
        for (var sent = 0; sent < messages;)
        {
            while (sent - Volatile.Read(ref _allowed) > window - Chunk && window < messages) await _room.WaitAsync();
            var count = Math.Min(Chunk, messages - sent);
            await stream.WriteAsync(chunk.AsMemory(0, count * _message.Length));
            sent += count;
        }

        await stream.WriteAsync("PING\r\n"u8.ToArray());
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        _room.Dispose();
        return ValueTask.CompletedTask;
    }

    private static async Task DrainAsync(TcpClient client)
    {
        try
        {
            var buffer = new byte[4096];
            while (await client.GetStream().ReadAsync(buffer) > 0)
            {
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Closed by DisposeAsync.
        }
    }
}
