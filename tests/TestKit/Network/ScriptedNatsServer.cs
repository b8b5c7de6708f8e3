using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RideIngest.TestKit.Network;

/// <summary>
/// Plays a script on the wire to each client that connects: for what a real server cannot be told to do.
/// It knows no NATS semantics beyond the shape of a line. A script that fails, fails <see cref="DisposeAsync"/>.
/// </summary>
public sealed class ScriptedNatsServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _scripts = [];
    private readonly Func<ScriptedPeer, Task> _script;
    private readonly Task _accepting;

    public ScriptedNatsServer(Func<ScriptedPeer, Task> script)
    {
        _script = script;
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public int Port { get; }

    /// <summary>Clients that have connected so far.</summary>
    public int Peers => _scripts.Count;

    public string Url => $"nats://127.0.0.1:{Port}";

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        await _accepting;
        await Task.WhenAll(_scripts);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        for (var number = 1; !_stopping.IsCancellationRequested; number++)
        {
            try
            {
                var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                socket.NoDelay = true;
                _scripts.Add(PlayAsync(socket, number));
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task PlayAsync(Socket socket, int number)
    {
        await Task.Yield();
        using var peer = new ScriptedPeer(new NetworkStream(socket, ownsSocket: true), number, _stopping.Token);
        try
        {
            await _script(peer);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException or EndOfStreamException)
        {
            // The client left, or the test ended.
        }
    }
}
