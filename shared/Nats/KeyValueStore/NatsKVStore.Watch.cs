using System.Runtime.CompilerServices;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace NATS.Client.KeyValueStore;

public partial class NatsKVStore
{
    private static readonly TimeSpan ShortestHeartbeat = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan LongestHeartbeat = TimeSpan.FromSeconds(30);

    public IAsyncEnumerable<NatsKVEntry<T>> WatchAsync<T>(
        string key, INatsDeserialize<T>? serializer = default, NatsKVWatchOpts? opts = default,
        CancellationToken cancellationToken = default) =>
        WatchAsync([key], serializer, opts, cancellationToken);

    public IAsyncEnumerable<NatsKVEntry<T>> WatchAsync<T>(
        INatsDeserialize<T>? serializer = default, NatsKVWatchOpts? opts = default, CancellationToken cancellationToken = default) =>
        WatchAsync([">"], serializer, opts, cancellationToken);

    public async IAsyncEnumerable<NatsKVEntry<T>> WatchAsync<T>(
        IEnumerable<string> keys,
        INatsDeserialize<T>? serializer = default,
        NatsKVWatchOpts? opts = default,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        opts ??= NatsKVWatchOpts.Default;
        var onNoData = opts.OnNoData ?? (static _ => new ValueTask<bool>(false));
        var watch = ReadAsync(
            keys, serializer, opts, (pending, token) => pending == 0 ? onNoData(token) : new ValueTask<bool>(false), _opts.WatcherThrowOnCancellation, cancellationToken);
        await foreach (var (entry, isOfInterest) in watch.ConfigureAwait(false))
        {
            if (isOfInterest)
            {
                yield return entry;
            }
            else if (entry.Delta == 0 && await onNoData(cancellationToken).ConfigureAwait(false))
            {
                yield break;
            }
        }
    }

    public async IAsyncEnumerable<NatsKVEntry<T>> HistoryAsync<T>(
        string key,
        INatsDeserialize<T>? serializer = default,
        NatsKVWatchOpts? opts = default,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var history = (opts ?? NatsKVWatchOpts.Default) with { IncludeHistory = true };
        var entries = ReadAsync([key], serializer, history, EndsIfEmpty, throws: true, cancellationToken);
        await foreach (var (entry, isOfInterest) in entries.ConfigureAwait(false))
        {
            if (isOfInterest)
                yield return entry;

            if (entry.Delta == 0)
                yield break;
        }
    }

    public IAsyncEnumerable<string> GetKeysAsync(NatsKVWatchOpts? opts = default, CancellationToken cancellationToken = default) =>
        GetKeysAsync([">"], opts, cancellationToken);

    public async IAsyncEnumerable<string> GetKeysAsync(
        IEnumerable<string> filters,
        NatsKVWatchOpts? opts = default,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var present = (opts ?? NatsKVWatchOpts.Default) with { IgnoreDeletes = true, MetaOnly = true, UpdatesOnly = false };
        var entries = ReadAsync(filters, NatsRawSerializer<byte[]>.Default, present, EndsIfEmpty, throws: true, cancellationToken);
        await foreach (var (entry, isOfInterest) in entries.ConfigureAwait(false))
        {
            if (isOfInterest)
                yield return entry.Key;

            if (entry.Delta == 0)
                yield break;
        }
    }

    public async ValueTask PurgeDeletesAsync(NatsKVPurgeOpts? opts = default, CancellationToken cancellationToken = default)
    {
        var threshold = (opts ?? NatsKVPurgeOpts.Default).DeleteMarkersThreshold;
        var keepAfter = threshold > TimeSpan.Zero ? DateTimeOffset.UtcNow - threshold : DateTimeOffset.MaxValue;
        var markers = new List<NatsKVEntry<byte[]>>();
        var watch = new NatsKVWatchOpts { MetaOnly = true };
        var entries = ReadAsync([">"], NatsRawSerializer<byte[]>.Default, watch, EndsIfEmpty, throws: true, cancellationToken);
        await foreach (var (entry, _) in entries.ConfigureAwait(false))
        {
            if (entry.Operation != NatsKVOperation.Put)
                markers.Add(entry);

            if (entry.Delta == 0)
                break;
        }

        foreach (var marker in markers)
        {
            // Not beyond the marker: the key may have a value again by now.
            var request = marker.Created > keepAfter
                ? new StreamPurgeRequest { Filter = _subjectPrefix + marker.Key, Keep = 1 }
                : new StreamPurgeRequest { Filter = _subjectPrefix + marker.Key, Seq = marker.Revision + 1 };
            await _stream.PurgeAsync(request, cancellationToken).ConfigureAwait(false);
        }
    }

    private static ValueTask<bool> EndsIfEmpty(ulong pending, CancellationToken cancellationToken) => new(pending == 0);

    /// <summary>
    /// Every entry that the server sends, with those marked that the caller's options leave out: the last of them tells the end,
    /// too.
    /// </summary>
    /// <param name="throws">On a cancellation. A watch may end without a word; a list that is cut short may not.</param>
    private async IAsyncEnumerable<(NatsKVEntry<T> Entry, bool IsOfInterest)> ReadAsync<T>(
        IEnumerable<string> keys,
        INatsDeserialize<T>? serializer,
        NatsKVWatchOpts opts,
        Func<ulong, CancellationToken, ValueTask<bool>> endsAtStart,
        bool throws,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        opts.ThrowIfInvalid();
        if (cancellationToken.IsCancellationRequested && !throws)
            yield break;

        var filter = new KeyFilter(_subjectPrefix, keys, JetStreamContext.Connection.ServerInfo);
        var context = (NatsJSContext)JetStreamContext;
        var consumer = new NatsJSOrderedConsumer(_stream.Info.Config.Name!, context, ConsumerOpts(filter, opts), cancellationToken);
        var msgs = consumer.ConsumeAsync(serializer, ConsumeOpts(opts), endsAtStart, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var ends = msgs.ConfigureAwait(false);
        while (await NextAsync().ConfigureAwait(false))
        {
            var msg = msgs.Current;
            var delivery = msg.Metadata!.Value;
            var key = msg.Subject[_subjectPrefix.Length..];
            var operation = EntryHeaders.OperationOf(msg.Headers);
            var entry = new NatsKVEntry<T>(Bucket, key)
            {
                Value = msg.Data,
                Revision = delivery.Sequence.Stream,
                Delta = delivery.NumPending,
                Created = delivery.Timestamp,
                Operation = operation,
                Error = msg.Error,
            };
            yield return (entry, filter.Matches(key) && !(opts.IgnoreDeletes && operation != NatsKVOperation.Put));
        }

        if (throws)
            cancellationToken.ThrowIfCancellationRequested();

        async ValueTask<bool> NextAsync()
        {
            try
            {
                return await msgs.MoveNextAsync().ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!throws && cancellationToken.IsCancellationRequested)
            {
                return false;
            }
        }
    }

    private static NatsJSOrderedConsumerOpts ConsumerOpts(KeyFilter filter, NatsKVWatchOpts opts) => new()
    {
        FilterSubjects = filter.Subjects,
        HeadersOnly = opts.MetaOnly,
        OptStartSeq = opts.ResumeAtRevision,
        DeliverPolicy = opts switch
        {
            { ResumeAtRevision: > 0 } => ConsumerConfigDeliverPolicy.ByStartSequence,
            { IncludeHistory: true } => ConsumerConfigDeliverPolicy.All,
            { UpdatesOnly: true } => ConsumerConfigDeliverPolicy.New,
            _ => ConsumerConfigDeliverPolicy.LastPerSubject,
        },
    };

    private static NatsJSConsumeOpts ConsumeOpts(NatsKVWatchOpts opts)
    {
        var heartbeat = TimeSpan.FromTicks(Math.Clamp(opts.IdleHeartbeat.Ticks, ShortestHeartbeat.Ticks, LongestHeartbeat.Ticks));
        return new NatsJSConsumeOpts { MaxMsgs = 1_000, IdleHeartbeat = heartbeat, Expires = 12 * heartbeat };
    }
}
