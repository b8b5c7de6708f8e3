using RideIngest.Casino.Events;
using RideIngest.Casino.Settings;
using RideIngest.Casino.Stream;

namespace RideIngest.Casino.Aggregates;

/// <summary>Prints events in their final form, a JSON line each, on standard output.</summary>
internal sealed partial class EventOutput(CasinoSettings settings, CasinoDefaults defaults, ILogger<EventOutput> logger) : IDisposable
{
    private readonly System.IO.Stream _out = settings.Output ?? defaults.Output ? Console.OpenStandardOutput() : System.IO.Stream.Null;
    private bool _fails;

    /// <summary>
    /// A reader that has gone, as head does when it has seen enough, is none of our trouble, and .NET does not tell of it.
    /// </summary>
    public async Task WriteAsync(IReadOnlyCollection<CasinoEvent> events)
    {
        if (events.Count == 0 || _out == System.IO.Stream.Null)
            return;
        try
        {
            // What went wrong may have left half a line; an empty one does no harm.
            if (_fails)
                await _out.WriteAsync("\n"u8.ToArray());
            await _out.WriteAsync(EventLines.Write(events));
            if (_fails)
                Works();
            _fails = false;
        }
        catch (IOException e)
        {
            // A disk is full. The counting goes on.
            if (!_fails)
                Fails(e.Message);
            _fails = true;
        }
    }

    public void Dispose() => _out.Dispose();

    [LoggerMessage(6501, LogLevel.Warning, "Standard output takes no events ({Reason}): they are counted, and not printed, until it does")]
    private partial void Fails(string reason);

    [LoggerMessage(6502, LogLevel.Information, "Standard output takes events again")]
    private partial void Works();
}
