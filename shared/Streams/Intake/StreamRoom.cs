using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NATS.Client.Core;
using RideIngest.Streams.Setup;

namespace RideIngest.Streams.Intake;

/// <summary>
/// Decides whether new events may enter a system's stream. They may use a quarter of it, because events grow on their way, and a stage
/// publishes before it acks: a stream full of new events would block all stages.
/// </summary>
/// <param name="looks">Whether this process takes events.</param>
public sealed partial class StreamRoom(string system, EnsuredStream stream, ILogger<StreamRoom> logger, bool looks = true)
    : BackgroundService
{
    private const int Quarter = 4;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private long _held;
    private long _most = long.MaxValue;
    private long _emptyAt;
    private long _lookedAt = Stopwatch.GetTimestamp();
    private bool _told;

    internal string System => system;

    internal EnsuredStream Stream => stream;

    internal bool IsFull => Volatile.Read(ref _held) > Volatile.Read(ref _most);

    /// <summary>Counts bytes that entered since the last check, because a second is long enough to fill a small stream.</summary>
    internal void Took(int bytes) => Interlocked.Add(ref _held, bytes);

    /// <summary>Whether no look at the stream succeeded for a while.</summary>
    public bool IsUnknown => Stopwatch.GetElapsedTime(Volatile.Read(ref _lookedAt)) > Patience;

    /// <summary>Whether the last look at the stream began after this timestamp and found no message.</summary>
    public bool WasEmptyAfter(long timestamp) => Volatile.Read(ref _emptyAt) > timestamp;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!looks)
            return;
        using var timer = new PeriodicTimer(Look);
        do
        {
            try
            {
                var looked = Stopwatch.GetTimestamp();
                var info = (await stream.EnsureAsync(stoppingToken)).Info;
                Volatile.Write(ref _most, info.Config.MaxBytes > 0 ? info.Config.MaxBytes / Quarter : long.MaxValue);
                Volatile.Write(ref _held, info.State.Bytes);
                Volatile.Write(ref _lookedAt, Stopwatch.GetTimestamp());
                Volatile.Write(ref _emptyAt, info.State.Messages == 0 ? looked : 0);
                IntakeTelemetry.StreamHolds(system, info.State.Bytes, IsFull);
                if (IsFull && !_told)
                    Fills(stream.Name, info.State.Bytes, info.Config.MaxBytes);
                _told = IsFull;
            }
            catch (NatsException)
            {
                // Publishers report the same failure. What the last look found may hold no longer.
                Volatile.Write(ref _emptyAt, 0);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(3231, LogLevel.Warning,
        "The stream {Stream} holds {Bytes} bytes of events, more than a quarter of its {Most}. Taking no more until the stages catch up")]
    private partial void Fills(string stream, long bytes, long most);
}
