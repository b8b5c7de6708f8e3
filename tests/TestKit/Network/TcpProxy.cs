using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RideIngest.TestKit.Network;

/// <summary>
/// A TCP proxy on a random loopback port that can do to a connection what a network does: cut it, reset it, swallow it,
/// slow it down, lose one half of it, or deliver its bytes in other pieces than they were sent in.
/// Settings apply to connections that exist and to those to come.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentDictionary<ProxyLink, Task> _links = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private int _accepted;

    public TcpProxy(string host, int port)
    {
        (TargetHost, TargetPort) = (host, port);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _accepting = AcceptAsync();
    }

    public const string Host = "127.0.0.1";

    public int Port { get; }
    public string TargetHost { get; set; }
    public int TargetPort { get; set; }

    /// <summary>Connections taken so far.</summary>
    public int Accepted => Volatile.Read(ref _accepted);

    /// <summary>Links that are open now.</summary>
    public int Open => _links.Count;

    /// <summary>How bytes from the server reach the client.</summary>
    public Chunking ToClient { get; set; } = Chunking.AsRead;

    /// <summary>Added before each write, in both directions.</summary>
    public TimeSpan Delay { get; set; }

    /// <summary>The most that passes, per direction and connection; null is unlimited.</summary>
    public int? BytesPerSecond { get; set; }

    /// <summary>While true, a new connection is closed at once.</summary>
    public bool Refusing { get; set; }

    /// <summary>Cuts a connection at a chosen point of what it says.</summary>
    public Tripwire? Tripwire { get; set; }

    internal Gate Flow { get; } = new();

    /// <summary>Closes every connection in order (FIN).</summary>
    public void Cut() => Each(link => link.Close());

    /// <summary>Tears every connection down (RST).</summary>
    public void Reset() => Each(link => link.Reset());

    /// <summary>Stops forwarding without closing anything. New connections are accepted, and hear nothing.</summary>
    public void BlackHole() => Flow.Close();

    /// <summary>Ends <see cref="BlackHole"/>; what was held back goes on its way.</summary>
    public void Resume() => Flow.Open();

    /// <summary>Drops the server's half of every connection; the client is not told. New connections are whole.</summary>
    public void HalfOpen() => Each(link => link.Orphan());

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        _listener.Stop();
        Reset();
        await _accepting;
        await Task.WhenAll(_links.Values);
        _stopping.Dispose();
    }

    private void Each(Action<ProxyLink> act)
    {
        foreach (var link in _links.Keys)
            act(link);
    }

    private async Task AcceptAsync()
    {
        while (!_stopping.IsCancellationRequested)
        {
            Socket client;
            try
            {
                client = await _listener.AcceptSocketAsync(_stopping.Token);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }

            Interlocked.Increment(ref _accepted);
            if (Refusing)
            {
                client.Dispose();
                continue;
            }

            var link = new ProxyLink(this, client);
            _links[link] = Task.CompletedTask;

            // It may have ended by now, and would be counted as open for ever.
            _links.TryUpdate(link, RunAsync(link), Task.CompletedTask);
        }
    }

    private async Task RunAsync(ProxyLink link)
    {
        await Task.Yield();
        await link.RunAsync(_stopping.Token);
        _links.TryRemove(link, out _);
    }
}
