using System.Collections.Concurrent;
using NATS.Client.Core;
using NATS.Client.KeyValueStore;
using NATS.Net;

namespace RideIngest.Integration.Nats.KeyValue;

public sealed class KeyValueWatchTests : NatsTest
{
    public static TheoryData<string> Versions => NatsServers.Versions;

    [Theory, MemberData(nameof(Versions))]
    public async Task A_watch_begins_with_the_present_and_goes_on_with_changes(string server)
    {
        var store = await StoreAsync((await NatsServers.SharedAsync(server)).Url);
        await store.PutAsync("a", 1, cancellationToken: Deadline);
        await store.PutAsync("a", 2, cancellationToken: Deadline);
        await store.PutAsync("b", 3, cancellationToken: Deadline);

        var seen = Watch(store);
        await UntilAsync(() => seen.Count == 2, "the present is told");
        await store.PutAsync("a", 4, cancellationToken: Deadline);
        await store.DeleteAsync("b", cancellationToken: Deadline);
        await store.PurgeAsync("a", cancellationToken: Deadline);

        await UntilAsync(() => seen.Count == 5, "the changes are told");
        Assert.Equal(["a=2 Put", "b=3 Put", "a=4 Put", "b=0 Del", "a=0 Purge"], seen);
    }

    [Fact]
    public async Task A_watch_may_take_history_or_updates_only_or_some_keys_or_no_deletes()
    {
        var store = await StoreAsync((await NatsServers.SharedAsync()).Url);
        await store.PutAsync("a.x", 1, cancellationToken: Deadline);
        await store.PutAsync("a.x", 2, cancellationToken: Deadline);
        await store.PutAsync("b.y", 3, cancellationToken: Deadline);
        await store.DeleteAsync("b.y", cancellationToken: Deadline);

        var history = Watch(store, opts: new NatsKVWatchOpts { IncludeHistory = true });
        var some = Watch(store, "a.*");
        var noDeletes = Watch(store, opts: new NatsKVWatchOpts { IgnoreDeletes = true });
        await UntilAsync(() => history.Count == 4 && some.Count == 1 && noDeletes.Count == 1, "the present is told");
        await store.PutAsync("a.x", 5, cancellationToken: Deadline);

        await UntilAsync(() => history.Count == 5 && some.Count == 2 && noDeletes.Count == 2, "the change is told");
        Assert.Equal(["a.x=1 Put", "a.x=2 Put", "b.y=3 Put", "b.y=0 Del", "a.x=5 Put"], history);
        Assert.Equal(["a.x=2 Put", "a.x=5 Put"], some);
        Assert.Equal(["a.x=2 Put", "a.x=5 Put"], noDeletes);
    }

    [Fact]
    public async Task A_watch_on_an_empty_store_tells_that_there_is_nothing()
    {
        var store = await StoreAsync((await NatsServers.SharedAsync()).Url);
        var nothing = new TaskCompletionSource();

        var watching = Task.Run(async () =>
        {
            var opts = new NatsKVWatchOpts
            {
                OnNoData = _ =>
                {
                    nothing.TrySetResult();
                    return ValueTask.FromResult(true);
                },
            };
            await foreach (var entry in store.WatchAsync<int>(opts: opts, cancellationToken: Deadline))
                Assert.Fail($"{entry.Key} is not there");
        });

        await nothing.Task.WaitAsync(Patience);
        await watching.WaitAsync(Patience);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_watch_goes_on_after_a_server_restart_without_gap_or_repetition(string version)
    {
        var server = Own(await NatsServers.OwnAsync(version: version));
        var store = await StoreAsync(server.Url, NatsKVStorageType.File);
        var seen = Watch(store, opts: new NatsKVWatchOpts { IdleHeartbeat = TimeSpan.FromSeconds(1) });
        for (var i = 0; i < 3; i++)
        {
            await store.PutAsync("a", i, cancellationToken: Deadline);
            await UntilAsync(() => seen.Count == i + 1, "it watches");
        }

        await server.KillAsync();
        await server.RestartAsync();
        for (var i = 3; i < 6; i++)
            await UntilAsync(async () => await PutAsync(store, i), $"{i} is put");

        await UntilAsync(() => seen.Count >= 6, "the changes are told");
        Assert.Equal(Enumerable.Range(0, 6).Select(i => $"a={i} Put"), seen.Distinct());
    }

    private async Task<bool> PutAsync(INatsKVStore store, int value)
    {
        try
        {
            await store.PutAsync("a", value, cancellationToken: Deadline);
            return true;
        }
        catch (NatsException)
        {
            return false;
        }
    }

    private ConcurrentQueue<string> Watch(INatsKVStore store, string key = ">", NatsKVWatchOpts? opts = null)
    {
        var seen = new ConcurrentQueue<string>();
        Beside(async () =>
        {
            await foreach (var entry in store.WatchAsync<int>(key, opts: opts, cancellationToken: Deadline))
                seen.Enqueue($"{entry.Key}={entry.Value} {entry.Operation}");
        });
        return seen;
    }

    private async Task<INatsKVStore> StoreAsync(string url, NatsKVStorageType storage = NatsKVStorageType.Memory)
        => await Client(url).CreateKeyValueStoreContext().CreateStoreAsync(new NatsKVConfig(Mine) { Storage = storage, History = 10 }, Deadline);
}
