using System.Threading.Channels;

namespace RideIngest.AppHost;

/// <summary>A server that was started before Aspire, as a resource: the dashboard has its state, its address and its log.</summary>
internal abstract class ServerResource(string name) : Resource(name), IAsyncDisposable
{
    // The first lines come before there is a dashboard to show them.
    private readonly Channel<string> _log = Channel.CreateUnbounded<string>();

    public ChannelReader<string> Log => _log.Reader;

    public abstract bool IsRunning { get; }

    /// <summary>For people: without user and password.</summary>
    public abstract string Address { get; }

    /// <summary>Where its files are.</summary>
    public abstract string Data { get; }

    /// <summary>How a service reaches it. The dashboard shows all of it, so a password is a file that the services read.</summary>
    public abstract IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>The same server again, over the same data and at the same port.</summary>
    public abstract Task RestartAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    protected void Write(string line) => _log.Writer.TryWrite(line);
}
