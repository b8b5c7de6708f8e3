using System.Buffers;
using RideIngest.Casino.Events;
using RideIngest.Casino.Settings;

namespace RideIngest.Casino.Aggregates;

/// <summary>Prints enriched events to standard output, one JSON line each.</summary>
internal sealed partial class EventOutput(CasinoSettings settings, CasinoDefaults defaults, ILogger<EventOutput> logger) : IDisposable
{
    private readonly Stream _out = settings.Output ?? defaults.Output ? Console.OpenStandardOutput() : Stream.Null;
    private bool _fails;

    /// <summary>Writes events as lines. A closed pipe is ignored; .NET reports no error for it.</summary>
    public async Task WriteAsync(IReadOnlyCollection<CasinoEvent> events)
    {
        if (events.Count == 0 || _out == Stream.Null)
            return;
        try
        {
            // The failure may have left half a line; an empty line does no harm.
            if (_fails)
                await _out.WriteAsync("\n"u8.ToArray());
            var lines = new ArrayBufferWriter<byte>();
            CasinoEventFormat.Instance.Write(events, lines);
            await _out.WriteAsync(lines.WrittenMemory);
            if (_fails)
                Works();
            _fails = false;
        }
        catch (IOException e)
        {
            // For example, the disk is full. Counting continues.
            if (!_fails)
                Fails(e.Message);
            _fails = true;
        }
    }

    public void Dispose() => _out.Dispose();

    [LoggerMessage(6501, LogLevel.Warning,
        "Standard output takes no events ({Reason}). They are counted but not printed until it does")]
    private partial void Fails(string reason);

    [LoggerMessage(6502, LogLevel.Information, "Standard output takes events again")]
    private partial void Works();
}
