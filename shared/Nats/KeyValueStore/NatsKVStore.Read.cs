using System.Buffers;
using System.Runtime.CompilerServices;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;

namespace NATS.Client.KeyValueStore;

public partial class NatsKVStore
{
    public async ValueTask<NatsKVEntry<T>> GetEntryAsync<T>(
        string key, ulong revision = default, INatsDeserialize<T>? serializer = default, CancellationToken cancellationToken = default) =>
        ValueOf(await TryGetEntryAsync(key, revision, serializer, cancellationToken).ConfigureAwait(false));

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<NatsResult<NatsKVEntry<T>>> TryGetEntryAsync<T>(
        string key, ulong revision = default, INatsDeserialize<T>? serializer = default, CancellationToken cancellationToken = default)
    {
        var valid = IsValidKey(key);
        if (!valid.Success)
            return valid.Error;

        var request = revision == 0
            ? new StreamMsgGetRequest { LastBySubj = _subjectPrefix + key }
            : new StreamMsgGetRequest { Seq = revision };
        return _stream.Info.Config.AllowDirect
            ? await ReadDirectAsync(key, request, serializer, cancellationToken).ConfigureAwait(false)
            : await ReadFromLeaderAsync(key, request, serializer, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<NatsResult<NatsKVEntry<T>>> ReadDirectAsync<T>(
        string key, StreamMsgGetRequest request, INatsDeserialize<T>? serializer, CancellationToken cancellationToken)
    {
        var msg = request.Seq == 0 && _opts.UseDirectGetApiWithKeysInSubject
            ? await JetStreamContext.Connection.RequestAsync(
                $"{JetStreamContext.Opts.Prefix}.DIRECT.GET.{_stream.Info.Config.Name}.{_subjectPrefix}{key}",
                replySerializer: serializer,
                cancellationToken: cancellationToken).ConfigureAwait(false)
            : await _stream.GetDirectAsync(request, serializer, cancellationToken).ConfigureAwait(false);

        if (msg.Headers is not { } headers)
            return new NatsKVException("The server's answer has no headers");

        if (headers.Code == 404)
            return new NatsKVKeyNotFoundException();

        if (headers.Code != 0)
            return new NatsKVException($"The read was refused: {headers.Code} {headers.MessageText}");

        return EntryHeaders.PlaceOf(headers) is { } place
            ? Entry(key, place.Subject, place.Revision, place.Created, headers, msg.Data, msg.Error)
            : new NatsKVException("The server's answer does not say which message it is");
    }

    /// <summary>For buckets that do not allow direct reads, as those of old clients.</summary>
    private async ValueTask<NatsResult<NatsKVEntry<T>>> ReadFromLeaderAsync<T>(
        string key, StreamMsgGetRequest request, INatsDeserialize<T>? serializer, CancellationToken cancellationToken)
    {
        StoredMessage stored;
        try
        {
            stored = (await _stream.GetAsync(request, cancellationToken).ConfigureAwait(false)).Message;
        }
        catch (NatsJSApiException e) when (e.Error.Code == 404)
        {
            return new NatsKVKeyNotFoundException();
        }

        var connection = JetStreamContext.Connection;
        var msg = NatsMsg<T>.Build(
            stored.Subject,
            null,
            stored.Hdrs is { } base64 ? new ReadOnlySequence<byte>(Convert.FromBase64String(base64)) : null,
            new ReadOnlySequence<byte>(stored.Data),
            connection,
            connection.HeaderParser,
            serializer ?? connection.Opts.SerializerRegistry.GetDeserializer<T>());
        return Entry(key, stored.Subject, stored.Seq, stored.Time, msg.Headers, msg.Data, msg.Error);
    }

    private NatsResult<NatsKVEntry<T>> Entry<T>(
        string key, string subject, ulong revision, DateTimeOffset created, NatsHeaders? headers, T? value, NatsException? error)
    {
        if (!subject.AsSpan().StartsWith(_subjectPrefix) || !subject.AsSpan(_subjectPrefix.Length).SequenceEqual(key))
        {
            // The revision is another key's.
            return new NatsKVKeyNotFoundException();
        }

        var operation = EntryHeaders.OperationOf(headers);
        return operation == NatsKVOperation.Put
            ? new NatsKVEntry<T>(Bucket, key) { Value = value, Revision = revision, Created = created, Error = error }
            : new NatsKVKeyDeletedException(revision);
    }
}
