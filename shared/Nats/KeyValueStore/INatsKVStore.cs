using NATS.Client.Core;
using NATS.Client.JetStream;

namespace NATS.Client.KeyValueStore;

/// <summary>
/// A bucket. Every write returns the revision it got; the <c>Try</c> forms return an expected failure instead of throwing it.
/// </summary>
public interface INatsKVStore
{
    INatsJSContext JetStreamContext { get; }

    string Bucket { get; }

    ValueTask<ulong> PutAsync<T>(
        string key, T? value, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default);

    ValueTask<NatsResult<ulong>> TryPutAsync<T>(
        string key, T? value, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default);

    /// <summary>Puts the value if the key has none; fails with <see cref="NatsKVCreateException"/> otherwise.</summary>
    ValueTask<ulong> CreateAsync<T>(
        string key, T? value, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default);

    /// <summary>As above, for a while: needs <see cref="NatsKVConfig.LimitMarkerTTL"/>.</summary>
    ValueTask<ulong> CreateAsync<T>(
        string key, T? value, TimeSpan ttl, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default);

    ValueTask<NatsResult<ulong>> TryCreateAsync<T>(
        string key, T? value, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default);

    ValueTask<NatsResult<ulong>> TryCreateAsync<T>(
        string key, T? value, TimeSpan ttl, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default);

    /// <summary>
    /// Puts the value if the key's last revision is this one; fails with <see cref="NatsKVWrongLastRevisionException"/>
    /// otherwise.
    /// </summary>
    ValueTask<ulong> UpdateAsync<T>(
        string key, T? value, ulong revision, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default);

    ValueTask<NatsResult<ulong>> TryUpdateAsync<T>(
        string key, T? value, ulong revision, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default);

    /// <summary>Leaves a marker as the key's last entry; its history stays.</summary>
    ValueTask DeleteAsync(string key, NatsKVDeleteOpts? opts = default, CancellationToken cancellationToken = default);

    ValueTask<NatsResult> TryDeleteAsync(string key, NatsKVDeleteOpts? opts = default, CancellationToken cancellationToken = default);

    /// <summary>Leaves a marker as the key's only entry.</summary>
    ValueTask PurgeAsync(string key, NatsKVDeleteOpts? opts = default, CancellationToken cancellationToken = default);

    /// <summary>As above, with a marker that goes after a while: needs <see cref="NatsKVConfig.LimitMarkerTTL"/>.</summary>
    ValueTask PurgeAsync(string key, TimeSpan ttl, NatsKVDeleteOpts? opts = default, CancellationToken cancellationToken = default);

    ValueTask<NatsResult> TryPurgeAsync(string key, NatsKVDeleteOpts? opts = default, CancellationToken cancellationToken = default);

    ValueTask<NatsResult> TryPurgeAsync(
        string key, TimeSpan ttl, NatsKVDeleteOpts? opts = default, CancellationToken cancellationToken = default);

    /// <summary>
    /// The key's last value, or that of a revision. Fails with <see cref="NatsKVKeyNotFoundException"/> or
    /// <see cref="NatsKVKeyDeletedException"/>.
    /// </summary>
    ValueTask<NatsKVEntry<T>> GetEntryAsync<T>(
        string key, ulong revision = default, INatsDeserialize<T>? serializer = default, CancellationToken cancellationToken = default);

    ValueTask<NatsResult<NatsKVEntry<T>>> TryGetEntryAsync<T>(
        string key, ulong revision = default, INatsDeserialize<T>? serializer = default, CancellationToken cancellationToken = default);

    /// <summary>
    /// What the key (or keys, by wildcards) has, then every change, once and in order, until cancelled; reconnects and
    /// restarts of the server included.
    /// </summary>
    IAsyncEnumerable<NatsKVEntry<T>> WatchAsync<T>(
        string key, INatsDeserialize<T>? serializer = default, NatsKVWatchOpts? opts = default,
        CancellationToken cancellationToken = default);

    IAsyncEnumerable<NatsKVEntry<T>> WatchAsync<T>(
        IEnumerable<string> keys, INatsDeserialize<T>? serializer = default, NatsKVWatchOpts? opts = default,
        CancellationToken cancellationToken = default);

    /// <summary>Watches every key.</summary>
    IAsyncEnumerable<NatsKVEntry<T>> WatchAsync<T>(
        INatsDeserialize<T>? serializer = default, NatsKVWatchOpts? opts = default, CancellationToken cancellationToken = default);

    /// <summary>The values kept of a key, oldest first.</summary>
    IAsyncEnumerable<NatsKVEntry<T>> HistoryAsync<T>(
        string key, INatsDeserialize<T>? serializer = default, NatsKVWatchOpts? opts = default,
        CancellationToken cancellationToken = default);

    ValueTask<NatsKVStatus> GetStatusAsync(CancellationToken cancellationToken = default);

    /// <summary>Removes the markers of deleted keys.</summary>
    ValueTask PurgeDeletesAsync(NatsKVPurgeOpts? opts = default, CancellationToken cancellationToken = default);

    /// <summary>The keys that have a value.</summary>
    IAsyncEnumerable<string> GetKeysAsync(NatsKVWatchOpts? opts = default, CancellationToken cancellationToken = default);

    IAsyncEnumerable<string> GetKeysAsync(
        IEnumerable<string> filters, NatsKVWatchOpts? opts = default, CancellationToken cancellationToken = default);
}
