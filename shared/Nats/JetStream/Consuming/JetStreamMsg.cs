using NATS.Client.Core;
using NATS.Client.JetStream.Wire;

namespace NATS.Client.JetStream.Consuming;

/// <summary>A delivered message. <paramref name="target"/> knows the names that its reply subject repeats.</summary>
internal sealed class JetStreamMsg<T>(NatsMsg<T> msg, PullTarget target) : INatsJSMsg<T>
{
    private readonly NatsMsg<T> _msg = msg;

    public string Subject => _msg.Subject;

    public int Size => _msg.Size;

    public NatsHeaders? Headers => _msg.Headers;

    public T? Data => _msg.Data;

    public INatsConnection? Connection => _msg.Connection;

    public string? ReplyTo => _msg.ReplyTo;

    public NatsException? Error => _msg.Error;

    public NatsJSMsgMetadata? Metadata => ReplySubject.Parse(_msg.ReplyTo, target.Stream, target.Consumer);

    public void EnsureSuccess() => _msg.EnsureSuccess();

    public ValueTask AckAsync(AckOpts? opts = default, CancellationToken cancellationToken = default) =>
        SendAsync(new Ack(AckVerb.Ack), opts, cancellationToken);

    public ValueTask NakAsync(AckOpts? opts = default, CancellationToken cancellationToken = default) =>
        SendAsync(new Ack(AckVerb.Nak, Delay: opts?.NakDelay ?? default), opts, cancellationToken);

    public ValueTask AckProgressAsync(AckOpts? opts = default, CancellationToken cancellationToken = default) =>
        SendAsync(new Ack(AckVerb.Progress), opts, cancellationToken);

    public ValueTask AckTerminateAsync(AckOpts? opts = default, CancellationToken cancellationToken = default) =>
        SendAsync(new Ack(AckVerb.Terminate, Reason: ReasonFor(opts)), opts, cancellationToken);

    private string? ReasonFor(AckOpts? opts) =>
        opts?.TerminateReason is { } reason && ServerFeatures.TakesTerminateReason(target.Context.Connection.ServerInfo) ? reason : null;

    private ValueTask SendAsync(Ack ack, AckOpts? opts, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(_msg.ReplyTo))
            throw new NatsJSException("The message cannot be acknowledged: it has no reply subject");

        return opts?.DoubleAck ?? target.Context.Opts.DoubleAck
            ? ConfirmAsync(ack, cancellationToken)
            : target.Context.Connection.PublishAsync(_msg.ReplyTo, ack, serializer: AckSerializer.Default, cancellationToken: cancellationToken);
    }

    private async ValueTask ConfirmAsync(Ack ack, CancellationToken cancellationToken)
    {
        var confirmed = await target.Context.Connection.RequestAsync<Ack, byte[]>(
            _msg.ReplyTo!,
            ack,
            requestSerializer: AckSerializer.Default,
            replySerializer: NatsRawSerializer<byte[]>.Default,
            cancellationToken: cancellationToken).ConfigureAwait(false);

        // With NatsOpts.RequestReplyMode set, "no responders" is a message: nobody has the acknowledgement then.
        confirmed.EnsureSuccess();
    }
}
