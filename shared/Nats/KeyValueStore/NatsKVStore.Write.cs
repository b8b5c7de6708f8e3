using System.Globalization;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace NATS.Client.KeyValueStore;

public partial class NatsKVStore
{
    private const int WrongLastSequence = 10071;
    private const int WrongLastSequenceConstant = 10164;

    public async ValueTask<ulong> PutAsync<T>(
        string key, T? value, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default) =>
        ValueOf(await TryPutAsync(key, value, serializer, cancellationToken).ConfigureAwait(false));

    public ValueTask<NatsResult<ulong>> TryPutAsync<T>(
        string key, T? value, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default) =>
        TryWriteAsync(key, value, headers: null, serializer, cancellationToken);

    public ValueTask<ulong> CreateAsync<T>(
        string key, T? value, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default) =>
        CreateAsync(key, value, TimeSpan.Zero, serializer, cancellationToken);

    public async ValueTask<ulong> CreateAsync<T>(
        string key, T? value, TimeSpan ttl = default, INatsSerialize<T>? serializer = default,
        CancellationToken cancellationToken = default) =>
        ValueOf(await TryCreateAsync(key, value, ttl, serializer, cancellationToken).ConfigureAwait(false));

    public ValueTask<NatsResult<ulong>> TryCreateAsync<T>(
        string key, T? value, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default) =>
        TryCreateAsync(key, value, TimeSpan.Zero, serializer, cancellationToken);

    public async ValueTask<NatsResult<ulong>> TryCreateAsync<T>(
        string key, T? value, TimeSpan ttl, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default)
    {
        var created = await TryUpdateAsync(key, value, 0, ttl, serializer, cancellationToken).ConfigureAwait(false);
        if (created.Success || created.Error is not NatsKVWrongLastRevisionException)
            return created;

        // Something is there: a value, or the marker of a deleted one, which a new value may follow. Its content does not matter.
        var present = await TryGetEntryAsync(key, serializer: NatsRawSerializer<byte[]>.Default, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        if (present.Success)
            return new NatsKVCreateException();

        return present.Error is NatsKVKeyDeletedException deleted
            ? await TryUpdateAsync(key, value, deleted.Revision, ttl, serializer, cancellationToken).ConfigureAwait(false)
            : present.Error;
    }

    public async ValueTask<ulong> UpdateAsync<T>(
        string key, T? value, ulong revision, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default) =>
        ValueOf(await TryUpdateAsync(key, value, revision, serializer, cancellationToken).ConfigureAwait(false));

    public ValueTask<NatsResult<ulong>> TryUpdateAsync<T>(
        string key, T? value, ulong revision, INatsSerialize<T>? serializer = default, CancellationToken cancellationToken = default) =>
        TryUpdateAsync(key, value, revision, TimeSpan.Zero, serializer, cancellationToken);

    public async ValueTask DeleteAsync(string key, NatsKVDeleteOpts? opts = default, CancellationToken cancellationToken = default) =>
        EnsureSuccess(await TryDeleteAsync(key, opts, cancellationToken).ConfigureAwait(false));

    public ValueTask<NatsResult> TryDeleteAsync(
        string key, NatsKVDeleteOpts? opts = default, CancellationToken cancellationToken = default) =>
        TryMarkAsync(key, opts?.Purge ?? false, opts?.Revision ?? 0, TimeSpan.Zero, cancellationToken);

    public async ValueTask PurgeAsync(string key, NatsKVDeleteOpts? opts = default, CancellationToken cancellationToken = default) =>
        EnsureSuccess(await TryPurgeAsync(key, opts, cancellationToken).ConfigureAwait(false));

    public async ValueTask PurgeAsync(
        string key, TimeSpan ttl, NatsKVDeleteOpts? opts = default, CancellationToken cancellationToken = default) =>
        EnsureSuccess(await TryPurgeAsync(key, ttl, opts, cancellationToken).ConfigureAwait(false));

    public ValueTask<NatsResult> TryPurgeAsync(
        string key, NatsKVDeleteOpts? opts = default, CancellationToken cancellationToken = default) =>
        TryPurgeAsync(key, TimeSpan.Zero, opts, cancellationToken);

    public ValueTask<NatsResult> TryPurgeAsync(
        string key, TimeSpan ttl, NatsKVDeleteOpts? opts = default, CancellationToken cancellationToken = default) =>
        TryMarkAsync(key, purge: true, opts?.Revision ?? 0, ttl, cancellationToken);

    private ValueTask<NatsResult<ulong>> TryUpdateAsync<T>(
        string key, T? value, ulong revision, TimeSpan ttl, INatsSerialize<T>? serializer, CancellationToken cancellationToken)
    {
        var headers = new NatsHeaders { ["Nats-Expected-Last-Subject-Sequence"] = Number(revision) };
        return TryAddTtl(headers, ttl) is { } refused
            ? new ValueTask<NatsResult<ulong>>(refused)
            : TryWriteAsync(key, value, headers, serializer, cancellationToken);
    }

    private async ValueTask<NatsResult> TryMarkAsync(
        string key, bool purge, ulong revision, TimeSpan ttl, CancellationToken cancellationToken)
    {
        var headers = new NatsHeaders { ["KV-Operation"] = purge ? "PURGE" : "DEL" };
        if (purge)
            headers["Nats-Rollup"] = "sub";

        if (revision != 0)
            headers["Nats-Expected-Last-Subject-Sequence"] = Number(revision);

        if (TryAddTtl(headers, ttl) is { } refused)
            return refused;

        var written = await TryWriteAsync(key, [], headers, NatsRawSerializer<byte[]>.Default, cancellationToken).ConfigureAwait(false);
        return written.Success ? NatsResult.Default : written.Error;
    }

    private async ValueTask<NatsResult<ulong>> TryWriteAsync<T>(
        string key, T? value, NatsHeaders? headers, INatsSerialize<T>? serializer, CancellationToken cancellationToken)
    {
        var valid = IsValidKey(key);
        if (!valid.Success)
            return valid.Error;

        var published = await JetStreamContext.TryPublishAsync(
            _subjectPrefix + key, value, serializer, headers: headers, cancellationToken: cancellationToken).ConfigureAwait(false);
        return published.Success ? RevisionOf(published.Value!) : published.Error;
    }

    private static NatsResult<ulong> RevisionOf(PubAckResponse ack) => ack switch
    {
        { Error: { ErrCode: WrongLastSequence or WrongLastSequenceConstant } error } => new NatsKVWrongLastRevisionException(error),
        { Error: { } error } => new NatsJSApiException(error),
        { Duplicate: true } => new NatsJSDuplicateMessageException(ack.Seq),
        _ => ack.Seq,
    };

    /// <returns>Why the bucket does not allow it.</returns>
    private NatsKVException? TryAddTtl(NatsHeaders headers, TimeSpan ttl)
    {
        if (ttl <= TimeSpan.Zero)
            return null;

        if (!SupportsTtl)
            return new NatsKVException("This store does not support TTL: see NatsKVConfig.LimitMarkerTTL");

        // Whole seconds are what the server counts in.
        headers["Nats-TTL"] = ttl == TimeSpan.MaxValue
            ? "never"
            : string.Create(CultureInfo.InvariantCulture, $"{(long)ttl.TotalSeconds}s");
        return null;
    }

    private static string Number(ulong value) => value.ToString(CultureInfo.InvariantCulture);
}
