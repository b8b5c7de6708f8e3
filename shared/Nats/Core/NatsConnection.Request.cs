using System.Globalization;
using System.Runtime.CompilerServices;

namespace NATS.Client.Core;

public partial class NatsConnection
{
    private ReplyInbox? _inbox;

    public string NewInbox() => NewInbox(_ownInbox);

    internal static string NewInbox(string prefix) => prefix.Length == 0 ? Nuid.NewNuid() : $"{prefix}.{Nuid.NewNuid()}";

    public ValueTask<NatsMsg<TReply>> RequestAsync<TReply>(string subject, INatsDeserialize<TReply>? replySerializer = default,
        NatsSubOpts? replyOpts = default, CancellationToken cancellationToken = default) =>
        RequestAsync<byte[], TReply>(subject, null, null, NatsRawSerializer<byte[]>.Default, replySerializer, null, replyOpts, cancellationToken);

    public ValueTask<NatsMsg<TReply>> RequestAsync<TRequest, TReply>(string subject, TRequest? data, NatsHeaders? headers = default,
        INatsSerialize<TRequest>? requestSerializer = default, INatsDeserialize<TReply>? replySerializer = default,
        NatsPubOpts? requestOpts = default, NatsSubOpts? replyOpts = default, CancellationToken cancellationToken = default)
    {
        SubjectRules.ThrowIfInvalid(subject);
        if (_inbox is null)
            return OpenAndRequestAsync(subject, data, headers, requestSerializer, replySerializer, replyOpts, cancellationToken);
        return Request(subject, data, headers, requestSerializer, replySerializer, replyOpts, cancellationToken);
    }

    public IAsyncEnumerable<NatsMsg<TReply>> RequestManyAsync<TRequest, TReply>(string subject, TRequest? data, NatsHeaders? headers = default,
        INatsSerialize<TRequest>? requestSerializer = default, INatsDeserialize<TReply>? replySerializer = default,
        NatsPubOpts? requestOpts = default, NatsSubOpts? replyOpts = default, CancellationToken cancellationToken = default)
    {
        SubjectRules.ThrowIfInvalid(subject);
        replyOpts ??= new NatsSubOpts();
        replyOpts = replyOpts with
        {
            StopOnEmptyMsg = replyOpts.StopOnEmptyMsg ?? true,
            ThrowIfNoResponders = replyOpts.ThrowIfNoResponders ?? true,
            Timeout = replyOpts.Timeout ?? Opts.RequestTimeout,
        };
        return ReadRepliesAsync(subject, data, headers, requestSerializer, replySerializer, requestOpts, replyOpts, cancellationToken);
    }

    public async ValueTask<NatsSub<TReply>> CreateRequestSubAsync<TRequest, TReply>(string subject, TRequest? data,
        NatsHeaders? headers = default, INatsSerialize<TRequest>? requestSerializer = default,
        INatsDeserialize<TReply>? replySerializer = default, NatsPubOpts? requestOpts = default, NatsSubOpts? replyOpts = default,
        CancellationToken cancellationToken = default)
    {
        var sub = NewSub(NewInbox(), null, replySerializer, replyOpts, cancellationToken);
        await AddSubAsync(sub, cancellationToken).ConfigureAwait(false);
        try
        {
            await PublishAsync(subject, data, headers, sub.Subject, requestSerializer, requestOpts, cancellationToken).ConfigureAwait(false);
            return sub;
        }
        catch
        {
            await sub.UnsubscribeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async IAsyncEnumerable<NatsMsg<TReply>> ReadRepliesAsync<TRequest, TReply>(string subject, TRequest? data, NatsHeaders? headers,
        INatsSerialize<TRequest>? requestSerializer, INatsDeserialize<TReply>? replySerializer, NatsPubOpts? requestOpts,
        NatsSubOpts replyOpts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var sub = await CreateRequestSubAsync(
            subject, data, headers, requestSerializer, replySerializer, requestOpts, replyOpts, cancellationToken).ConfigureAwait(false);
        await foreach (var msg in sub.Msgs.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            yield return msg;
    }

    /// <summary>The first request. Later ones need no open connection: while it is away they wait in the outbox, until their time is up.</summary>
    private async ValueTask<NatsMsg<TReply>> OpenAndRequestAsync<TRequest, TReply>(string subject, TRequest? data, NatsHeaders? headers,
        INatsSerialize<TRequest>? requestSerializer, INatsDeserialize<TReply>? replySerializer, NatsSubOpts? replyOpts,
        CancellationToken cancellationToken)
    {
        await EnsureOpenAsync(cancellationToken).ConfigureAwait(false);
        lock (_gate)
        {
            if (_inbox is null)
            {
                var inbox = new ReplyInbox(this);
                Subscriptions.Add(inbox);
                _inbox = inbox;
            }
        }

        return await Request(subject, data, headers, requestSerializer, replySerializer, replyOpts, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Takes a slot, publishes, and returns the slot's task: nothing is allocated unless publishing has to wait.</summary>
    private ValueTask<NatsMsg<TReply>> Request<TRequest, TReply>(string subject, TRequest? data, NatsHeaders? headers,
        INatsSerialize<TRequest>? requestSerializer, INatsDeserialize<TReply>? replySerializer, NatsSubOpts? replyOpts,
        CancellationToken cancellationToken)
    {
        if (cancellationToken.IsCancellationRequested)
            return ValueTask.FromCanceled<NatsMsg<TReply>>(cancellationToken);
        var inbox = _inbox!;
        var reply = PendingReply<TReply>.Rent(
            inbox,
            replySerializer ?? Opts.SerializerRegistry.GetDeserializer<TReply>(),
            replyOpts?.ThrowIfNoResponders ?? Opts.ThrowIfNoResponders);
        inbox.Add(reply, replyOpts?.Timeout ?? Opts.RequestTimeout);
        reply.CancelWith(cancellationToken);

        Span<char> replyTo = stackalloc char[inbox.Prefix.Length + 20];
        inbox.Prefix.CopyTo(replyTo);
        reply.Token.TryFormat(replyTo[inbox.Prefix.Length..], out var digits, default, CultureInfo.InvariantCulture);
        replyTo = replyTo[..(inbox.Prefix.Length + digits)];

        ValueTask published;
        try
        {
            published = Publish(subject, replyTo, headers, data, requestSerializer, cancellationToken);
        }
        catch (Exception e)
        {
            reply.Fail(e);
            return reply.Result;
        }

        return published.IsCompletedSuccessfully ? reply.Result : AwaitBothAsync(published, reply);
    }

    private static async ValueTask<NatsMsg<TReply>> AwaitBothAsync<TReply>(ValueTask published, PendingReply<TReply> reply)
    {
        try
        {
            await published.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            reply.Fail(e);
        }

        return await reply.Result.ConfigureAwait(false);
    }
}
