using NATS.Client.Core;
using RideIngest.Casino.Stages;
using RideIngest.Casino.Telemetry;

namespace RideIngest.Casino.Publish;

/// <summary>
/// Decides whether events may enter the stream. New events may use a quarter of it, because an event grows up to threefold when enriched,
/// and a role publishes before it acks: a stream full of new events would block all roles.
/// </summary>
internal sealed partial class StreamRoom(CasinoStream casino, ILogger<StreamRoom> logger) : BackgroundService
{
    private const int Quarter = 4;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private long _held;
    private long _most = long.MaxValue;
    private bool _told;

    public bool IsFull => Volatile.Read(ref _held) > Volatile.Read(ref _most);

    /// <summary>Counts bytes that entered since the last check, because a second is long enough to fill a small stream.</summary>
    public void Took(int bytes) => Interlocked.Add(ref _held, bytes);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Look);
        do
        {
            try
            {
                var info = (await casino.Stream.EnsureAsync(stoppingToken)).Info;
                Volatile.Write(ref _most, info.Config.MaxBytes > 0 ? info.Config.MaxBytes / Quarter : long.MaxValue);
                Volatile.Write(ref _held, info.State.Bytes);
                CasinoTelemetry.StreamHolds(info.State.Bytes, IsFull);
                if (IsFull && !_told)
                    Fills(info.State.Bytes, info.Config.MaxBytes);
                _told = IsFull;
            }
            catch (NatsException)
            {
                // Publishers report the same failure.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(6001, LogLevel.Warning,
        "The stream holds {Bytes} bytes of events, more than a quarter of its {Most}. Taking no more until the roles have caught up")]
    private partial void Fills(long bytes, long most);
}
