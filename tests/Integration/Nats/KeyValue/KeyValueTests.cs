using NATS.Client.KeyValueStore;
using NATS.Net;

namespace RideIngest.Integration.Nats.KeyValue;

public sealed class KeyValueTests : NatsTest
{
    public static TheoryData<string> Versions => NatsServers.Versions;

    [Theory, MemberData(nameof(Versions))]
    public async Task A_value_is_put_and_got_with_its_revision(string server)
    {
        var store = await StoreAsync(server);

        Assert.Equal(1UL, await store.PutAsync("a", "one", cancellationToken: Deadline));
        Assert.Equal(2UL, await store.PutAsync("a", "two", cancellationToken: Deadline));

        var entry = await store.GetEntryAsync<string>("a", cancellationToken: Deadline);
        Assert.Equal((Mine, "a", "two", 2UL, NatsKVOperation.Put), (entry.Bucket, entry.Key, entry.Value, entry.Revision, entry.Operation));
        Assert.InRange(entry.Created, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Equal("one", (await store.GetEntryAsync<string>("a", revision: 1, cancellationToken: Deadline)).Value);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Create_takes_a_key_only_once_until_it_is_deleted(string server)
    {
        var store = await StoreAsync(server);
        await store.CreateAsync("a", "one", cancellationToken: Deadline);

        await Assert.ThrowsAsync<NatsKVCreateException>(async () => await store.CreateAsync("a", "two", cancellationToken: Deadline));
        Assert.False((await store.TryCreateAsync("a", "two", cancellationToken: Deadline)).Success);
        await store.DeleteAsync("a", cancellationToken: Deadline);
        await store.CreateAsync("a", "three", cancellationToken: Deadline);

        Assert.Equal("three", (await store.GetEntryAsync<string>("a", cancellationToken: Deadline)).Value);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Update_needs_the_latest_revision(string server)
    {
        var store = await StoreAsync(server);
        var first = await store.PutAsync("a", 1, cancellationToken: Deadline);
        var second = await store.UpdateAsync("a", 2, first, cancellationToken: Deadline);

        await Assert.ThrowsAsync<NatsKVWrongLastRevisionException>(async () => await store.UpdateAsync("a", 3, first, cancellationToken: Deadline));
        var refused = await store.TryUpdateAsync("a", 3, first, cancellationToken: Deadline);
        Assert.IsType<NatsKVWrongLastRevisionException>(refused.Error);
        Assert.Equal(second + 1, await store.UpdateAsync("a", 4, second, cancellationToken: Deadline));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task A_deleted_key_is_told_from_one_that_never_was(string server)
    {
        var store = await StoreAsync(server);
        await store.PutAsync("a", "one", cancellationToken: Deadline);

        await store.DeleteAsync("a", cancellationToken: Deadline);

        var deleted = await Assert.ThrowsAsync<NatsKVKeyDeletedException>(async () => await store.GetEntryAsync<string>("a", cancellationToken: Deadline));
        Assert.Equal(2UL, deleted.Revision);
        await Assert.ThrowsAsync<NatsKVKeyNotFoundException>(async () => await store.GetEntryAsync<string>("never", cancellationToken: Deadline));
        Assert.IsType<NatsKVKeyNotFoundException>((await store.TryGetEntryAsync<string>("never", cancellationToken: Deadline)).Error);
        Assert.Equal("one", (await store.GetEntryAsync<string>("a", revision: 1, cancellationToken: Deadline)).Value);
    }

    [Fact]
    public async Task Delete_with_a_stale_revision_is_refused()
    {
        var store = await StoreAsync();
        await store.PutAsync("a", 1, cancellationToken: Deadline);
        await store.PutAsync("a", 2, cancellationToken: Deadline);

        await Assert.ThrowsAsync<NatsKVWrongLastRevisionException>(
            async () => await store.DeleteAsync("a", new NatsKVDeleteOpts { Revision = 1 }, Deadline));
        await store.DeleteAsync("a", new NatsKVDeleteOpts { Revision = 2 }, Deadline);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Purge_removes_the_history_of_a_key(string server)
    {
        var store = await StoreAsync(server);
        for (var i = 0; i < 3; i++)
            await store.PutAsync("a", i, cancellationToken: Deadline);

        await store.PurgeAsync("a", cancellationToken: Deadline);

        var history = await ListAsync(store.HistoryAsync<int>("a", cancellationToken: Deadline));
        Assert.Equal(NatsKVOperation.Purge, Assert.Single(history).Operation);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task History_tells_every_kept_revision_in_order(string server)
    {
        var store = await StoreAsync(server, history: 3);
        for (var i = 0; i < 5; i++)
            await store.PutAsync("a", i, cancellationToken: Deadline);
        await store.PutAsync("b", 99, cancellationToken: Deadline);

        var history = await ListAsync(store.HistoryAsync<int>("a", cancellationToken: Deadline));

        Assert.Equal([(2, 3UL), (3, 4UL), (4, 5UL)], history.Select(entry => (entry.Value, entry.Revision)));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Keys_lists_what_is_there_and_not_what_was_deleted(string server)
    {
        var store = await StoreAsync(server);
        Assert.Empty(await ListAsync(store.GetKeysAsync(cancellationToken: Deadline)));
        foreach (var key in new[] { "a", "b.c", "d/e", "f-g_h=" })
            await store.PutAsync(key, 1, cancellationToken: Deadline);
        await store.DeleteAsync("a", cancellationToken: Deadline);

        Assert.Equal(["b.c", "d/e", "f-g_h="], (await ListAsync(store.GetKeysAsync(cancellationToken: Deadline))).Order(StringComparer.Ordinal));
        Assert.Equal(["b.c"], await ListAsync(store.GetKeysAsync(["b.*"], cancellationToken: Deadline)));
        await Assert.ThrowsAsync<ArgumentException>(() => ListAsync(store.GetKeysAsync([], cancellationToken: Deadline)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("with space")]
    [InlineData(".dot")]
    [InlineData("dot.")]
    [InlineData("star*")]
    public async Task A_key_that_is_no_key_is_refused(string key)
    {
        var store = await StoreAsync();

        await Assert.ThrowsAnyAsync<Exception>(async () => await store.PutAsync(key, 1, cancellationToken: Deadline));
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Entries_of_a_store_with_a_max_age_expire(string server)
    {
        var store = await StoreAsync(server, maxAge: TimeSpan.FromMilliseconds(500));
        await store.PutAsync("a", 1, cancellationToken: Deadline);

        await UntilAsync(async () => !(await store.TryGetEntryAsync<int>("a", cancellationToken: Deadline)).Success, "the entry expires");
    }

    [Fact]
    public async Task One_entry_may_have_its_own_time_to_live()
    {
        var context = (await ConnectAsync()).CreateKeyValueStoreContext();
        if (((NATS.Client.Core.INatsConnection)context.JetStreamContext.Connection).ServerInfo is null)
            await context.JetStreamContext.Connection.ConnectAsync();
        if (Version.Parse(context.JetStreamContext.Connection.ServerInfo!.Version) < new Version(2, 11))
            return;
        var store = await context.CreateStoreAsync(new NatsKVConfig(Mine) { Storage = NatsKVStorageType.Memory, LimitMarkerTTL = TimeSpan.FromSeconds(1) }, Deadline);

        await store.CreateAsync("short", 1, TimeSpan.FromSeconds(1), cancellationToken: Deadline);
        await store.PutAsync("long", 1, cancellationToken: Deadline);

        await UntilAsync(async () => !(await store.TryGetEntryAsync<int>("short", cancellationToken: Deadline)).Success, "the entry expires");
        Assert.Equal(1, (await store.GetEntryAsync<int>("long", cancellationToken: Deadline)).Value);
    }

    [Theory, MemberData(nameof(Versions))]
    public async Task Stores_are_found_listed_described_and_deleted(string server)
    {
        var context = (await ConnectAsync(server)).CreateKeyValueStoreContext();
        await context.CreateStoreAsync(new NatsKVConfig(Mine) { Storage = NatsKVStorageType.Memory, History = 7, Description = "d" }, Deadline);

        var store = await context.GetStoreAsync(Mine, Deadline);
        await store.PutAsync("a", 1, cancellationToken: Deadline);
        var status = await store.GetStatusAsync(Deadline);
        Assert.Equal((Mine, 7L, 1L), (status.Bucket, status.Info.Config.MaxMsgsPerSubject, status.Info.State.Messages));
        Assert.Contains(Mine, await ListAsync(context.GetBucketNamesAsync(Deadline)));

        Assert.True(await context.DeleteStoreAsync(Mine, Deadline));
        await Assert.ThrowsAnyAsync<Exception>(async () => await context.GetStoreAsync(Mine, Deadline));
    }

    [Fact]
    public async Task Purging_deletes_forgets_old_markers()
    {
        var store = await StoreAsync();
        await store.PutAsync("gone", 1, cancellationToken: Deadline);
        await store.DeleteAsync("gone", cancellationToken: Deadline);
        await store.PutAsync("kept", 1, cancellationToken: Deadline);

        await store.PurgeDeletesAsync(new NatsKVPurgeOpts { DeleteMarkersThreshold = TimeSpan.FromSeconds(-1) }, Deadline);

        Assert.IsType<NatsKVKeyNotFoundException>((await store.TryGetEntryAsync<int>("gone", cancellationToken: Deadline)).Error);
        Assert.Equal(1, (await store.GetEntryAsync<int>("kept", cancellationToken: Deadline)).Value);
    }

    private async Task<INatsKVStore> StoreAsync(string server = "", long history = 10, TimeSpan maxAge = default)
    {
        var context = (await ConnectAsync(server)).CreateKeyValueStoreContext();
        return await context.CreateStoreAsync(
            new NatsKVConfig(Mine) { Storage = NatsKVStorageType.Memory, History = history, MaxAge = maxAge }, Deadline);
    }

    private static async Task<List<T>> ListAsync<T>(IAsyncEnumerable<T> items)
    {
        var all = new List<T>();
        await foreach (var item in items)
            all.Add(item);
        return all;
    }
}
