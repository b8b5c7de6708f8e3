using Npgsql;
using RideIngest.Records.Kinds;

namespace RideIngest.Storage.Batches;

/// <summary>The store of each kind.</summary>
public sealed class BatchStores(Catalog catalog, NpgsqlDataSource database) : IAsyncDisposable
{
    private readonly Dictionary<Kind, BatchStore> _stores = catalog.Kinds.ToDictionary(
        kind => kind, kind => new BatchStore(database, kind));

    public BatchStore this[Kind kind] => _stores[kind];

    public async ValueTask DisposeAsync() => await Task.WhenAll(_stores.Values.Select(store => store.DisposeAsync().AsTask()));
}
