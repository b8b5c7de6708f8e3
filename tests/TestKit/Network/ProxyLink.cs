using System.Net.Sockets;

namespace RideIngest.TestKit.Network;

/// <summary>One connection through a <see cref="TcpProxy"/>: the client's socket, the server's, and a pump each way.</summary>
internal sealed class ProxyLink(TcpProxy proxy, Socket client) : IDisposable
{
    private const int BufferSize = 64 * 1024;

    private readonly Socket _server = new(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly CancellationTokenSource _ended = new();
    private volatile bool _orphaned;

    public async Task RunAsync(CancellationToken stopping)
    {
        using var registration = stopping.Register(Reset);
        try
        {
            client.NoDelay = true;
            await proxy.Flow.PassAsync(_ended.Token);
            await _server.ConnectAsync(proxy.TargetHost, proxy.TargetPort, _ended.Token);
            await Task.WhenAll(OrResetAsync(UpAsync()), OrResetAsync(DownAsync()));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // Either end went away: so does the link.
        }
        finally
        {
            Dispose();
        }
    }

    public void Dispose()
    {
        Close();
        _ended.Dispose();
    }

    public void Close()
    {
        TryCancel();
        client.Dispose();
        _server.Dispose();
    }

    public void Reset()
    {
        Abort(client);
        Abort(_server);
        TryCancel();
    }

    public void Orphan()
    {
        _orphaned = true;
        Abort(_server);
    }

    // A connection that one end tears down is torn down for the other as well; waiting for both pumps alone would leave it half open.
    private async Task OrResetAsync(Task pump)
    {
        try
        {
            await pump;
        }
        catch
        {
            Reset();
            throw;
        }
    }

    private async Task UpAsync()
    {
        var buffer = new byte[BufferSize];
        while (await client.ReceiveAsync(buffer, _ended.Token) is > 0 and var read)
        {
            if (await PassWireAsync(Way.ToServer, _server, buffer.AsMemory(0, read)) is not { } left)
                return;
            if (!_orphaned)
                await ForwardAsync(_server, left, Chunking.AsRead, 0);
        }

        Close();
    }

    private async Task DownAsync()
    {
        var buffer = new byte[BufferSize];
        long position = 0;
        try
        {
            while (await GatherAsync(buffer) is > 0 and var read)
            {
                if (await PassWireAsync(Way.ToClient, client, buffer.AsMemory(0, read)) is not { } left)
                    return;
                await ForwardAsync(client, left, proxy.ToClient, position + read - left.Length);
                position += read;
            }
        }
        catch (Exception e) when (_orphaned && e is SocketException or ObjectDisposedException)
        {
            return;
        }

        if (!_orphaned)
            Close();
    }

    /// <returns>What is still to be forwarded, or null when the wire was tripped and the connection is gone.</returns>
    private async ValueTask<ReadOnlyMemory<byte>?> PassWireAsync(Way way, Socket to, ReadOnlyMemory<byte> bytes)
    {
        if (proxy.Tripwire is not { } wire || wire.Catch(way, bytes.Span) is not { } passing)
            return bytes;
        await ForwardAsync(to, bytes[..passing], Chunking.AsRead, 0);
        wire.Trip();
        if (wire.Held is not { } held)
        {
            Reset();
            return null;
        }
        await held.WaitAsync(_ended.Token);
        return bytes[passing..];
    }

    private async Task<int> GatherAsync(byte[] buffer)
    {
        var read = await _server.ReceiveAsync(buffer, _ended.Token);
        if (read == 0 || proxy.ToClient is not { Least: > 1 } chunking)
            return read;

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(_ended.Token);
        patience.CancelAfter(chunking.Patience);
        try
        {
            while (read < chunking.Least && read < buffer.Length
                && await _server.ReceiveAsync(buffer.AsMemory(read), patience.Token) is > 0 and var more)
            {
                read += more;
            }
        }
        catch (OperationCanceledException) when (!_ended.IsCancellationRequested)
        {
            // Patience ran out: what is there goes.
        }

        return read;
    }

    private async Task ForwardAsync(Socket to, ReadOnlyMemory<byte> bytes, Chunking chunking, long position)
    {
        while (!bytes.IsEmpty)
        {
            await proxy.Flow.PassAsync(_ended.Token);
            var length = chunking.NextLength(position, bytes.Length);
            if (proxy.Delay > TimeSpan.Zero)
                await Task.Delay(proxy.Delay, _ended.Token);
            if (proxy.BytesPerSecond is { } rate)
            {
                length = Math.Min(length, Math.Max(1, rate / 20));
                await Task.Delay(TimeSpan.FromSeconds((double)length / rate), _ended.Token);
            }

            await to.SendAsync(bytes[..length], _ended.Token);
            bytes = bytes[length..];
            position += length;
        }
    }

    private void TryCancel()
    {
        try
        {
            _ended.Cancel();
        }
        catch (Exception e) when (e is AggregateException or ObjectDisposedException)
        {
            // A pump that fails while being cancelled has ended, which is what was asked.
        }
    }

    private static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Never connected, or gone already.
        }

        socket.Dispose();
    }
}
