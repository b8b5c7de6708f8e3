using System.Threading.Channels;

namespace RideIngest.AppHost;

/// <summary>A server started before Aspire, shown in the dashboard with its state, address and log.</summary>
internal abstract class ServerResource(string name) : Resource(name), IAsyncDisposable
{
    // The first lines are written before the dashboard exists.
    private readonly Channel<string> _log = Channel.CreateUnbounded<string>();

    public ChannelReader<string> Log => _log.Reader;

    public abstract bool IsRunning { get; }

    /// <summary>The address without user and password, for display.</summary>
    public abstract string Address { get; }

    /// <summary>The location of its files.</summary>
    public abstract string Data { get; }

    /// <summary>
    /// The environment variables that connect a service to this server. The dashboard shows them, so passwords are passed as files.
    /// </summary>
    public abstract IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>Restarts the server with the same data and port.</summary>
    public abstract Task RestartAsync(CancellationToken cancellationToken);

    public abstract ValueTask DisposeAsync();

    protected void Write(string line) => _log.Writer.TryWrite(line);
}
