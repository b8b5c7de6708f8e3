using NATS.Client.Core;

namespace NATS.Net;

/// <summary>A connection with serializers for bytes, primitives and JSON.</summary>
public class NatsClient : INatsClient
{
    public NatsClient(string url = "nats://localhost:4222", string name = "NATS .NET Client", string? credsFile = default)
        : this(new NatsOpts { Url = url, Name = name, AuthOpts = new NatsAuthOpts { CredsFile = credsFile } })
    {
    }

    public NatsClient(NatsOpts opts) => Connection = new NatsConnection(
        ReferenceEquals(opts.SerializerRegistry, NatsOpts.Default.SerializerRegistry)
            ? opts with { SerializerRegistry = NatsClientDefaultSerializerRegistry.Default }
            : opts);

    public INatsConnection Connection { get; }

    public ValueTask ConnectAsync() => Connection.ConnectAsync();

    public ValueTask<TimeSpan> PingAsync(CancellationToken cancellationToken = default) => Connection.PingAsync(cancellationToken);

    public ValueTask PublishAsync<T>(string subject, T? data, NatsHeaders? headers = default, string? replyTo = default,
        INatsSerialize<T>? serializer = default, NatsPubOpts? opts = default, CancellationToken cancellationToken = default) =>
        Connection.PublishAsync(subject, data, headers, replyTo, serializer, opts, cancellationToken);

    public ValueTask PublishAsync(string subject, NatsHeaders? headers = default, string? replyTo = default, NatsPubOpts? opts = default,
        CancellationToken cancellationToken = default) =>
        Connection.PublishAsync(subject, headers, replyTo, opts, cancellationToken);

    public IAsyncEnumerable<NatsMsg<T>> SubscribeAsync<T>(string subject, string? queueGroup = default,
        INatsDeserialize<T>? serializer = default, NatsSubOpts? opts = default, CancellationToken cancellationToken = default) =>
        Connection.SubscribeAsync(subject, queueGroup, serializer, opts, cancellationToken);

    public ValueTask<NatsMsg<TReply>> RequestAsync<TRequest, TReply>(string subject, TRequest? data, NatsHeaders? headers = default,
        INatsSerialize<TRequest>? requestSerializer = default, INatsDeserialize<TReply>? replySerializer = default,
        NatsPubOpts? requestOpts = default, NatsSubOpts? replyOpts = default, CancellationToken cancellationToken = default) =>
        Connection.RequestAsync(subject, data, headers, requestSerializer, replySerializer, requestOpts, replyOpts, cancellationToken);

    public ValueTask<NatsMsg<TReply>> RequestAsync<TReply>(string subject, INatsDeserialize<TReply>? replySerializer = default,
        NatsSubOpts? replyOpts = default, CancellationToken cancellationToken = default) =>
        Connection.RequestAsync(subject, replySerializer, replyOpts, cancellationToken);

    public ValueTask ReconnectAsync() => Connection.ReconnectAsync();

    public async ValueTask DisposeAsync()
    {
        await Connection.DisposeAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }
}
