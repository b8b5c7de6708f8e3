using System.Globalization;
using System.Threading.Channels;
using RideIngest.Records.Kinds;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Postgres;
using RideIngest.Streams.Rides;

namespace RideIngest.Producer.Sending;

/// <summary>
/// Records in the dead letters of refused records that their senders were refused. Whatever is not recorded, because Postgres is
/// unavailable or the process ends, stays owed.
/// </summary>
internal sealed partial class RefusedSenders(DeadLetterStore letters, ILogger<RefusedSenders> logger) : BackgroundService
{
    private const int MostWaiting = 10_000;

    private readonly Channel<(string Kind, string Key, Guid Digest)> _refused =
        Channel.CreateBounded<(string, string, Guid)>(
            new BoundedChannelOptions(MostWaiting) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    public void Add(Kind kind, IReadOnlyList<Record<long>> records)
    {
        foreach (var record in records)
            _refused.Writer.TryWrite((kind.Name, record.Id.ToString(CultureInfo.InvariantCulture), kind.Digest(record)));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _refused.Reader.WaitToReadAsync(stoppingToken))
        {
            var some = new List<(string Kind, string Key, Guid Digest)>();
            while (_refused.Reader.TryRead(out var one))
                some.Add(one);
            foreach (var kind in some.GroupBy(one => one.Kind))
            {
                try
                {
                    // Not cancelled but left behind on shutdown, because Npgsql would wait for a Postgres that hangs.
                    await letters
                        .RefusedAsync(RidesSystem.Name, RidesSystem.StoreStage, kind.Key, [.. kind.Select(one => (one.Key, one.Digest))])
                        .WaitAsync(stoppingToken);
                }
                catch (StoreUnavailableException e)
                {
                    NotRecorded(kind.Count(), kind.Key, e.Message);
                }
            }
        }
    }

    [LoggerMessage(2012, LogLevel.Warning,
        "The senders of {Count} {Kind} were refused, but their dead letters could not be updated ({Reason}) and count as owed")]
    private partial void NotRecorded(int count, string kind, string reason);
}
