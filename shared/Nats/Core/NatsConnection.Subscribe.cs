using System.Runtime.CompilerServices;

namespace NATS.Client.Core;

public partial class NatsConnection
{
    public IAsyncEnumerable<NatsMsg<T>> SubscribeAsync<T>(string subject, string? queueGroup = default,
        INatsDeserialize<T>? serializer = default, NatsSubOpts? opts = default, CancellationToken cancellationToken = default)
    {
        // Here, and not only when the enumeration begins.
        SubjectRules.ThrowIfInvalid(subject);
        return ReadSubscriptionAsync(subject, queueGroup, serializer, opts, cancellationToken);
    }

    public async ValueTask<INatsSub<T>> SubscribeCoreAsync<T>(string subject, string? queueGroup = default,
        INatsDeserialize<T>? serializer = default, NatsSubOpts? opts = default, CancellationToken cancellationToken = default)
    {
        var sub = NewSub(subject, queueGroup, serializer, opts, cancellationToken);
        await AddSubAsync(sub, cancellationToken).ConfigureAwait(false);
        return sub;
    }

    public async ValueTask AddSubAsync(NatsSubBase sub, CancellationToken cancellationToken = default)
    {
        SubjectRules.ThrowIfUnheard(sub, _ownInbox);
        await EnsureOpenAsync(cancellationToken).ConfigureAwait(false);
        Subscriptions.Add(sub);
        sub.ObserveCancellation();
        try
        {
            await sub.ReadyAsync().ConfigureAwait(false);
        }
        catch
        {
            await sub.UnsubscribeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async IAsyncEnumerable<NatsMsg<T>> ReadSubscriptionAsync<T>(string subject, string? queueGroup,
        INatsDeserialize<T>? serializer, NatsSubOpts? opts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var sub = NewSub(subject, queueGroup, serializer, opts, cancellationToken);
        await AddSubAsync(sub, cancellationToken).ConfigureAwait(false);

        // Cancelling ends the subscription, and with it the channel, after what is already in it.
        await foreach (var msg in sub.Msgs.ReadAllAsync(CancellationToken.None).ConfigureAwait(false))
            yield return msg;
    }

    private NatsSub<T> NewSub<T>(string subject, string? queueGroup, INatsDeserialize<T>? serializer, NatsSubOpts? opts,
        CancellationToken cancellationToken) =>
        new(this, Subscriptions, subject, queueGroup, opts, serializer ?? Opts.SerializerRegistry.GetDeserializer<T>(), cancellationToken);
}
