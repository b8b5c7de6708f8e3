using RideIngest.Casino.Events;
using RideIngest.Casino.Stream;

namespace RideIngest.Casino.Aggregates;

/// <summary>Prints events in their final form, a JSON line each, on standard output.</summary>
internal sealed partial class EventOutput(CasinoSettings settings, CasinoDefaults defaults, ILogger<EventOutput> logger) : IDisposable
{
    private readonly System.IO.Stream _out = settings.Output ?? defaults.Output ? Console.OpenStandardOutput() : System.IO.Stream.Null;
    private bool _closed;

    public async Task WriteAsync(IReadOnlyCollection<CasinoEvent> events)
    {
        if (_closed || events.Count == 0 || _out == System.IO.Stream.Null) return;
        try
        {
            await _out.WriteAsync(EventLines.Write(events));
        }
        catch (IOException e)
        {
            // Whoever read has gone, as head does when it has seen enough. The counting goes on.
            _closed = true;
            Closed(e.Message);
        }
    }

    public void Dispose() => _out.Dispose();

    [LoggerMessage(6501, LogLevel.Warning, "Standard output is closed ({Reason}): events are counted, and printed no more")]
    private partial void Closed(string reason);
}
