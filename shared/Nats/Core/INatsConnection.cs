using System.Threading.Channels;

namespace NATS.Client.Core;

public interface INatsConnection : INatsClient
{
    event AsyncEventHandler<NatsEventArgs> ConnectionDisconnected;

    event AsyncEventHandler<NatsEventArgs> ConnectionOpened;

    event AsyncEventHandler<NatsEventArgs> ReconnectFailed;

    event AsyncEventHandler<NatsMessageDroppedEventArgs> MessageDropped;

    event AsyncEventHandler<NatsSlowConsumerEventArgs> SlowConsumerDetected;

    event AsyncEventHandler<NatsLameDuckModeActivatedEventArgs> LameDuckModeActivated;

    event AsyncEventHandler<NatsServerErrorEventArgs> ServerError;

    INatsServerInfo? ServerInfo { get; }

    NatsOpts Opts { get; }

    NatsConnectionState ConnectionState { get; }

    INatsSubscriptionManager SubscriptionManager { get; }

    NatsHeaderParser HeaderParser { get; }

    /// <summary>Called with the host and port about to be dialled; returns those to dial instead.</summary>
    Func<(string Host, int Port), ValueTask<(string Host, int Port)>>? OnConnectingAsync { get; set; }

    /// <summary>Called with the socket just connected; returns the one to use instead.</summary>
    Func<INatsSocketConnection, ValueTask<INatsSocketConnection>>? OnSocketAvailableAsync { get; set; }

    ValueTask PublishAsync<T>(in NatsMsg<T> msg, INatsSerialize<T>? serializer = default, NatsPubOpts? opts = default,
        CancellationToken cancellationToken = default);

    /// <summary>Subscribes, and returns when the subscription has been sent.</summary>
    ValueTask<INatsSub<T>> SubscribeCoreAsync<T>(string subject, string? queueGroup = default, INatsDeserialize<T>? serializer = default,
        NatsSubOpts? opts = default, CancellationToken cancellationToken = default);

    string NewInbox();

    IAsyncEnumerable<NatsMsg<TReply>> RequestManyAsync<TRequest, TReply>(string subject, TRequest? data, NatsHeaders? headers = default,
        INatsSerialize<TRequest>? requestSerializer = default, INatsDeserialize<TReply>? replySerializer = default,
        NatsPubOpts? requestOpts = default, NatsSubOpts? replyOpts = default, CancellationToken cancellationToken = default);

    ValueTask AddSubAsync(NatsSubBase sub, CancellationToken cancellationToken = default);

    ValueTask<NatsSub<TReply>> CreateRequestSubAsync<TRequest, TReply>(string subject, TRequest? data, NatsHeaders? headers = default,
        INatsSerialize<TRequest>? requestSerializer = default, INatsDeserialize<TReply>? replySerializer = default,
        NatsPubOpts? requestOpts = default, NatsSubOpts? replyOpts = default, CancellationToken cancellationToken = default);

    BoundedChannelOptions GetBoundedChannelOpts(NatsSubChannelOpts? subChannelOpts);

    void OnMessageDropped<T>(NatsSubBase natsSub, int pending, NatsMsg<T> msg);
}

public interface INatsSubscriptionManager
{
    ValueTask RemoveAsync(NatsSubBase sub);
}

public interface INatsSub<T> : IAsyncDisposable
{
    ChannelReader<NatsMsg<T>> Msgs { get; }

    string Subject { get; }

    string? QueueGroup { get; }

    /// <summary>Ends at once: what is still on its way is dropped.</summary>
    ValueTask UnsubscribeAsync();

    /// <summary>Ends when everything that the server had already sent has been delivered.</summary>
    ValueTask DrainAsync(CancellationToken cancellationToken = default);
}
