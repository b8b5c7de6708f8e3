using NATS.Client.Core;
using RideIngest.Casino.Stages;
using RideIngest.Casino.Telemetry;

namespace RideIngest.Casino.Publish;

/// <summary>
/// Whether events may enter. An event grows up to three times as it is completed, and a role hands on before it acknowledges: a stream that
/// were full of new events would let no role go on. So they may take up a quarter of it.
/// </summary>
internal sealed partial class StreamRoom(CasinoStream casino, ILogger<StreamRoom> logger) : BackgroundService
{
    private const int Quarter = 4;
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    private long _held;
    private long _most = long.MaxValue;
    private bool _told;

    public bool IsFull => Volatile.Read(ref _held) > Volatile.Read(ref _most);

    /// <summary>Counts what has entered since the last look: a second is long enough to fill a small stream.</summary>
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
                // Whoever publishes finds out the same.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(6001, LogLevel.Warning,
        "{Bytes} bytes of events wait in the stream, more than a quarter of its {Most}: no more are taken until the roles have caught up")]
    private partial void Fills(long bytes, long most);
}
