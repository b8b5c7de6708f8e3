using NATS.Client.Core;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream;

/// <summary>JetStream over a connection: streams, consumers, and publishing with acknowledgement.</summary>
public interface INatsJSContext
{
    INatsConnection Connection { get; }

    NatsJSOpts Opts { get; }

    /// <summary>A consumer that delivers every message once and in order, and makes itself anew where it must.</summary>
    ValueTask<INatsJSConsumer> CreateOrderedConsumerAsync(
        string stream, NatsJSOrderedConsumerOpts? opts = default, CancellationToken cancellationToken = default);

    ValueTask<INatsJSConsumer> CreateOrUpdateConsumerAsync(
        string stream, ConsumerConfig config, CancellationToken cancellationToken = default);

    /// <summary>Fails if the consumer exists with another configuration; servers before 2.10 update it instead.</summary>
    ValueTask<INatsJSConsumer> CreateConsumerAsync(string stream, ConsumerConfig config, CancellationToken cancellationToken = default);

    /// <summary>Fails if the consumer does not exist; servers before 2.10 create it instead.</summary>
    ValueTask<INatsJSConsumer> UpdateConsumerAsync(string stream, ConsumerConfig config, CancellationToken cancellationToken = default);

    ValueTask<INatsJSConsumer> GetConsumerAsync(string stream, string consumer, CancellationToken cancellationToken = default);

    IAsyncEnumerable<INatsJSConsumer> ListConsumersAsync(string stream, CancellationToken cancellationToken = default);

    IAsyncEnumerable<string> ListConsumerNamesAsync(string stream, CancellationToken cancellationToken = default);

    ValueTask<bool> DeleteConsumerAsync(string stream, string consumer, CancellationToken cancellationToken = default);

    /// <summary>Server 2.11 and later.</summary>
    ValueTask<ConsumerPauseResponse> PauseConsumerAsync(
        string stream, string consumer, DateTimeOffset pauseUntil, CancellationToken cancellationToken = default);

    /// <summary>Server 2.11 and later.</summary>
    ValueTask<bool> ResumeConsumerAsync(string stream, string consumer, CancellationToken cancellationToken = default);

    ValueTask<AccountInfoResponse> GetAccountInfoAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Publishes and waits until the stream has the message, or says why not: see <see cref="NatsJSExtensions.EnsureSuccess"/>.
    /// Throws when no answer came; then the message may or may not be stored.
    /// </summary>
    ValueTask<PubAckResponse> PublishAsync<T>(
        string subject,
        T? data,
        INatsSerialize<T>? serializer = default,
        NatsJSPubOpts? opts = default,
        NatsHeaders? headers = default,
        CancellationToken cancellationToken = default);

    /// <summary>As <see cref="PublishAsync"/>, with the failure as a result instead of an exception.</summary>
    ValueTask<NatsResult<PubAckResponse>> TryPublishAsync<T>(
        string subject,
        T? data,
        INatsSerialize<T>? serializer = default,
        NatsJSPubOpts? opts = default,
        NatsHeaders? headers = default,
        CancellationToken cancellationToken = default);

    /// <summary>Publishes now, to wait for the answer later. Not retried.</summary>
    ValueTask<NatsJSPublishConcurrentFuture> PublishConcurrentAsync<T>(
        string subject,
        T? data,
        INatsSerialize<T>? serializer = default,
        NatsJSPubOpts? opts = default,
        NatsHeaders? headers = default,
        CancellationToken cancellationToken = default);

    ValueTask<INatsJSStream> CreateStreamAsync(StreamConfig config, CancellationToken cancellationToken = default);

    ValueTask<INatsJSStream> CreateOrUpdateStreamAsync(StreamConfig config, CancellationToken cancellationToken = default);

    ValueTask<bool> DeleteStreamAsync(string stream, CancellationToken cancellationToken = default);

    ValueTask<StreamPurgeResponse> PurgeStreamAsync(
        string stream, StreamPurgeRequest request, CancellationToken cancellationToken = default);

    ValueTask<StreamMsgDeleteResponse> DeleteMessageAsync(
        string stream, StreamMsgDeleteRequest request, CancellationToken cancellationToken = default);

    ValueTask<INatsJSStream> GetStreamAsync(
        string stream, StreamInfoRequest? request = default, CancellationToken cancellationToken = default);

    ValueTask<NatsJSStream> UpdateStreamAsync(StreamConfig request, CancellationToken cancellationToken = default);

    /// <summary>All streams, or those that take <paramref name="subject"/>.</summary>
    IAsyncEnumerable<INatsJSStream> ListStreamsAsync(string? subject = default, CancellationToken cancellationToken = default);

    IAsyncEnumerable<string> ListStreamNamesAsync(string? subject = default, CancellationToken cancellationToken = default);

    string NewBaseInbox();

    /// <summary>Calls the API with one of the models of <c>NATS.Client.JetStream.Models</c>, or none, and reads another.</summary>
    ValueTask<TResponse> JSRequestResponseAsync<TRequest, TResponse>(
        string subject, TRequest? request, CancellationToken cancellationToken = default)
        where TRequest : class
        where TResponse : class;
}
