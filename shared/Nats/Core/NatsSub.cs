using System.Buffers;
using System.Threading.Channels;

namespace NATS.Client.Core;

/// <summary>A subscription whose messages wait in a bounded channel until they are read.</summary>
public sealed class NatsSub<T> : NatsSubBase, INatsSub<T>
{
    private readonly Channel<NatsMsg<T>> _msgs;
    private readonly INatsDeserialize<T> _serializer;

    public NatsSub(INatsConnection connection, INatsSubscriptionManager manager, string subject, string? queueGroup, NatsSubOpts? opts,
        INatsDeserialize<T> serializer, CancellationToken cancellationToken = default)
        : base(connection, manager, subject, queueGroup, opts, cancellationToken)
    {
        _serializer = serializer;
        _msgs = Channel.CreateBounded<NatsMsg<T>>(connection.GetBoundedChannelOpts(opts?.ChannelOpts), OnDropped);
    }

    public ChannelReader<NatsMsg<T>> Msgs => _msgs.Reader;

    protected override ValueTask ReceiveInternalAsync(string subject, string? replyTo, ReadOnlySequence<byte>? headersBuffer,
        ReadOnlySequence<byte> payloadBuffer)
    {
        var msg = NatsMsg<T>.Build(subject, replyTo, headersBuffer, payloadBuffer, Connection, Connection.HeaderParser, _serializer);
        if (!_msgs.Writer.TryWrite(msg))
            return WaitForRoomAsync(msg);
        AfterDelivery();
        return default;
    }

    protected override void TryComplete() => _msgs.Writer.TryComplete();

    private async ValueTask WaitForRoomAsync(NatsMsg<T> msg)
    {
        await _msgs.Writer.WriteAsync(msg).ConfigureAwait(false);
        AfterDelivery();
    }

    private void AfterDelivery()
    {
        if (IsSlow)
            ResetSlowConsumer(_msgs.Reader.Count);
        DecrementMaxMsgs();
    }

    private void OnDropped(NatsMsg<T> msg) => Connection.OnMessageDropped(this, _msgs.Reader.Count, msg);
}
