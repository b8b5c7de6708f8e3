using Npgsql;
using RideIngest.Records;
using RideIngest.Records.Storing;

namespace RideIngest.Consumer.Storing;

/// <summary>The store of each kind.</summary>
internal sealed class RecordStores(Catalog catalog, NpgsqlDataSource database) : IAsyncDisposable
{
    private readonly Dictionary<Kind, BatchStore> _stores = catalog.Kinds.ToDictionary(kind => kind, kind => new BatchStore(database, kind));

    public BatchStore this[Kind kind] => _stores[kind];

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values)
            await store.DisposeAsync();
    }
}
