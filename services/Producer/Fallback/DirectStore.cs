using Npgsql;
using RideIngest.Producer.Frames;
using RideIngest.Records;
using RideIngest.Records.Storing;
using RideIngest.Spine;

namespace RideIngest.Producer.Fallback;

/// <summary>What came of storing a frame without the stream.</summary>
/// <param name="Outcomes">By record; null when the store is away as well.</param>
/// <param name="MayBeStored">It failed with the work begun: some records may be committed.</param>
internal readonly record struct DirectlyStored(Outcome[]? Outcomes, bool MayBeStored = false);

/// <summary>
/// The way around the stream: the same store that consumers use. A frame that did get into the stream as well does no harm, since what is stored twice
/// is a duplicate.
/// </summary>
internal sealed partial class DirectStore(NpgsqlDataSource database, Catalog catalog, SpineSettings settings, ILogger<DirectStore> logger)
{
    private readonly Dictionary<string, BatchStore> _stores = catalog.Kinds.ToDictionary(kind => kind.Name, kind => new BatchStore(database, kind));

    public async Task<DirectlyStored> StoreAsync(Frame frame)
    {
        if (settings.Fallback == RideIngest.Spine.Fallback.None)
            return default;
        var begun = false;
        try
        {
            // Apart from the store's own connecting: that nothing has begun is what makes a 503 true. A pooled connection may be a dead one.
            await using (var probe = database.CreateCommand("select 1"))
                await probe.ExecuteNonQueryAsync();
            begun = true;
            return new DirectlyStored(await _stores[frame.Kind.Name].StoreAsync(frame.ToIncoming()));
        }
        catch (Exception trouble) when (trouble is StoreUnavailableException or NpgsqlException or TimeoutException or IOException)
        {
            AwayAsWell(frame.Count, frame.Kind.Name, trouble.Message);
            return new DirectlyStored(null, begun);
        }
    }

    [LoggerMessage(2003, LogLevel.Warning, "{Count} {Kind} could neither be published nor stored directly ({Reason}); their senders are told to try again")]
    private partial void AwayAsWell(int count, string kind, string reason);
}
