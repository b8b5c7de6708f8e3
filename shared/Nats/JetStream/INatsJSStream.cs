using NATS.Client.Core;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream;

/// <summary>A stream, with what was last heard of it.</summary>
public interface INatsJSStream
{
    /// <summary>As of the last call that told: see <see cref="RefreshAsync"/>.</summary>
    StreamInfo Info { get; }

    ValueTask<bool> DeleteAsync(CancellationToken cancellationToken = default);

    ValueTask<StreamPurgeResponse> PurgeAsync(StreamPurgeRequest request, CancellationToken cancellationToken = default);

    ValueTask<StreamMsgDeleteResponse> DeleteMessageAsync(StreamMsgDeleteRequest request, CancellationToken cancellationToken = default);

    ValueTask UpdateAsync(StreamConfig request, CancellationToken cancellationToken = default);

    ValueTask<INatsJSConsumer> CreateOrUpdateConsumerAsync(ConsumerConfig config, CancellationToken cancellationToken = default);

    ValueTask<INatsJSConsumer> CreateOrderedConsumerAsync(
        NatsJSOrderedConsumerOpts? opts = default, CancellationToken cancellationToken = default);

    ValueTask<INatsJSConsumer> GetConsumerAsync(string consumer, CancellationToken cancellationToken = default);

    IAsyncEnumerable<INatsJSConsumer> ListConsumersAsync(CancellationToken cancellationToken = default);

    IAsyncEnumerable<string> ListConsumerNamesAsync(CancellationToken cancellationToken = default);

    ValueTask<bool> DeleteConsumerAsync(string consumer, CancellationToken cancellationToken = default);

    ValueTask RefreshAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Reads a message from any replica, if the stream has <see cref="StreamConfig.AllowDirect"/>. Its subject, sequence and
    /// time are in the headers (<c>Nats-Subject</c>, <c>Nats-Sequence</c>, <c>Nats-Time-Stamp</c>); a miss is a 404 in
    /// <see cref="NatsHeaders.Code"/>.
    /// </summary>
    ValueTask<NatsMsg<T>> GetDirectAsync<T>(
        StreamMsgGetRequest request, INatsDeserialize<T>? serializer = default, CancellationToken cancellationToken = default);

    /// <summary>Reads a message from the stream's leader.</summary>
    ValueTask<StreamMsgGetResponse> GetAsync(StreamMsgGetRequest request, CancellationToken cancellationToken = default);
}
