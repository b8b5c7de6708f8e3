using System.Buffers;
using System.Globalization;
using System.Runtime.CompilerServices;
using NATS.Client.Core;
using NATS.Client.JetStream.Models;
using NATS.Client.JetStream.Wire;

namespace NATS.Client.JetStream;

public partial class NatsJSContext
{
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<PubAckResponse> PublishAsync<T>(
        string subject,
        T? data,
        INatsSerialize<T>? serializer = default,
        NatsJSPubOpts? opts = default,
        NatsHeaders? headers = default,
        CancellationToken cancellationToken = default)
    {
        var result = await TryPublishAsync(subject, data, serializer, opts, headers, cancellationToken).ConfigureAwait(false);
        return result.Success ? result.Value! : throw result.Error;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<NatsResult<PubAckResponse>> TryPublishAsync<T>(
        string subject,
        T? data,
        INatsSerialize<T>? serializer = default,
        NatsJSPubOpts? opts = default,
        NatsHeaders? headers = default,
        CancellationToken cancellationToken = default)
    {
        opts ??= NatsJSPubOpts.Default;
        if (opts.RetryAttempts > 1 && data is IMemoryOwner<byte> owner
            && (serializer ?? Connection.Opts.SerializerRegistry.GetSerializer<T>()) is NatsRawSerializer<T>)
        {
            return await TryPublishAsync(subject, TakeOver(owner), NatsRawSerializer<byte[]>.Default, opts, headers, cancellationToken)
                .ConfigureAwait(false);
        }

        headers = WithExpectations(opts, headers);
        for (var attempt = 1; ; attempt++)
        {
            NatsMsg<PubAckResponse> reply;
            try
            {
                reply = await RequestAckAsync(subject, data, serializer, opts, headers, cancellationToken).ConfigureAwait(false);
            }
            catch (NatsNoReplyException)
            {
                return new NatsJSPublishNoResponseException();
            }
            catch (NatsException e)
            {
                return e;
            }

            if (!reply.HasNoResponders || attempt >= opts.RetryAttempts)
                return AckOf(reply);

            PublishLog.Retrying(_logger, subject, attempt, opts.RetryAttempts);
            await Task.Delay(opts.RetryWaitBetweenAttempts, cancellationToken).ConfigureAwait(false);
        }
    }

    public async ValueTask<NatsJSPublishConcurrentFuture> PublishConcurrentAsync<T>(
        string subject,
        T? data,
        INatsSerialize<T>? serializer = default,
        NatsJSPubOpts? opts = default,
        NatsHeaders? headers = default,
        CancellationToken cancellationToken = default)
    {
        // Publishes that waited for the connection would leave in any order.
        if (Connection.ConnectionState != NatsConnectionState.Open)
            await Connection.ConnectAsync().AsTask().WaitAsync(cancellationToken).ConfigureAwait(false);
        headers = WithExpectations(opts, headers);
        var future = new NatsJSPublishConcurrentFuture(RequestAckAsync(subject, data, serializer, opts, headers, cancellationToken));

        // The caller goes on without the answer, so only this keeps it from publishing faster than the connection can send.
        await ((NatsConnection)Connection).Outbox.WaitForRoomAsync().WaitAsync(cancellationToken).ConfigureAwait(false);
        return future;
    }

    /// <summary>The acknowledgement in the reply, or why there is none.</summary>
    internal static NatsResult<PubAckResponse> AckOf(in NatsMsg<PubAckResponse> reply)
    {
        if (reply.HasNoResponders)
            return new NatsJSPublishNoResponseException();

        if (reply.Data is { } ack)
            return ack;

        return reply.Error ?? new NatsJSException("The acknowledgement is empty");
    }

    /// <summary>Publishing disposes owned memory, and another attempt would send what somebody else has written there since.</summary>
    private static byte[] TakeOver(IMemoryOwner<byte> owner)
    {
        using (owner)
            return owner.Memory.ToArray();
    }

    private static NatsHeaders? WithExpectations(NatsJSPubOpts? opts, NatsHeaders? headers)
    {
        if (opts is null)
            return headers;

        Set("Nats-Msg-Id", opts.MsgId);
        Set("Nats-Expected-Stream", opts.ExpectedStream);
        Set("Nats-Expected-Last-Msg-Id", opts.ExpectedLastMsgId);
        Set("Nats-Expected-Last-Sequence", opts.ExpectedLastSequence?.ToString(CultureInfo.InvariantCulture));
        Set("Nats-Expected-Last-Subject-Sequence", opts.ExpectedLastSubjectSequence?.ToString(CultureInfo.InvariantCulture));
        Set("Nats-Expected-Last-Subject-Sequence-Subject", opts.ExpectedLastSubjectSequenceSubject);
        return headers;

        void Set(string name, string? value)
        {
            if (value is not null)
            {
                headers ??= [];
                headers[name] = value;
            }
        }
    }

    private ValueTask<NatsMsg<PubAckResponse>> RequestAckAsync<T>(
        string subject,
        T? data,
        INatsSerialize<T>? serializer,
        NatsJSPubOpts? opts,
        NatsHeaders? headers,
        CancellationToken cancellationToken) =>
        Connection.RequestAsync(
            subject,
            data,
            headers,
            serializer,
            PubAckReader.Default,
            opts,
            _replyOpts,
            cancellationToken);
}
