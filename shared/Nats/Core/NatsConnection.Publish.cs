using System.Buffers;

namespace NATS.Client.Core;

public partial class NatsConnection
{
    public ValueTask PublishAsync(string subject, NatsHeaders? headers = default, string? replyTo = default,
        NatsPubOpts? opts = default, CancellationToken cancellationToken = default)
    {
        CheckSubjects(subject, replyTo);
        return PublishWithHeaders(subject, replyTo, headers, default, cancellationToken);
    }

    public ValueTask PublishAsync<T>(string subject, T? data, NatsHeaders? headers = default, string? replyTo = default,
        INatsSerialize<T>? serializer = default, NatsPubOpts? opts = default, CancellationToken cancellationToken = default)
    {
        CheckSubjects(subject, replyTo);
        return Publish(subject, replyTo, headers, data, serializer, cancellationToken);
    }

    public ValueTask PublishAsync<T>(in NatsMsg<T> msg, INatsSerialize<T>? serializer = default, NatsPubOpts? opts = default,
        CancellationToken cancellationToken = default) =>
        PublishAsync(msg.Subject, msg.Data, msg.Headers, msg.ReplyTo, serializer, opts, cancellationToken);

    /// <summary>Publishes bytes that are ready, as acknowledgements are.</summary>
    internal ValueTask PublishBytesAsync(string subject, string? replyTo, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        CheckSubjects(subject, replyTo);
        return PublishWithHeaders(subject, replyTo, null, payload.Span, cancellationToken);
    }

    private static void CheckSubjects(string subject, string? replyTo)
    {
        SubjectRules.ThrowIfInvalid(subject);
        if (replyTo is not null)
            SubjectRules.ThrowIfInvalid(replyTo);
    }

    private ValueTask Publish<T>(string subject, ReadOnlySpan<char> replyTo, NatsHeaders? headers, T? data, INatsSerialize<T>? serializer,
        CancellationToken cancellationToken)
    {
        serializer ??= Opts.SerializerRegistry.GetSerializer<T>();
        if (serializer is NatsRawSerializer<T> && RawPayload.TryGet(data, out var bytes))
        {
            // Whether it is sent at once or kept for later, the bytes have been copied when this returns.
            try
            {
                return PublishWithHeaders(subject, replyTo, headers, bytes, cancellationToken);
            }
            finally
            {
                RawPayload.Release(data);
            }
        }

        var scratch = Scratch.Rent();
        try
        {
            // Nothing is no payload, whatever the serializer would make of it.
            if (data is not null)
                serializer.Serialize(scratch, data);
            return PublishWithHeaders(subject, replyTo, headers, scratch.Written, cancellationToken);
        }
        finally
        {
            scratch.Return();
        }
    }

    private ValueTask PublishWithHeaders(string subject, ReadOnlySpan<char> replyTo, NatsHeaders? headers, ReadOnlySpan<byte> payload,
        CancellationToken cancellationToken)
    {
        if (headers is null || headers.Count == 0)
            return PublishOrWait(subject, replyTo, default, payload, cancellationToken);
        if (!Opts.Headers)
            throw new NatsException("Headers are switched off by NatsOpts.Headers");

        NatsHeaderWriter.Validate(headers);
        var length = NatsHeaderWriter.Measure(headers, Opts.HeaderEncoding);
        var rented = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            var block = rented.AsSpan(0, length);
            NatsHeaderWriter.Write(headers, Opts.HeaderEncoding, block);
            headers.SetReadOnly();
            return PublishOrWait(subject, replyTo, block, payload, cancellationToken);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private ValueTask PublishOrWait(string subject, ReadOnlySpan<char> replyTo, ReadOnlySpan<byte> headers, ReadOnlySpan<byte> payload,
        CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (IsReadyToPublish)
        {
            CheckSize(headers.Length + payload.Length);
            if (Outbox.TryPublish(subject, replyTo, headers, payload))
                return default;
        }

        // The caller may reuse what it passed in as soon as this returns.
        var kept = ArrayPool<byte>.Shared.Rent(headers.Length + payload.Length);
        headers.CopyTo(kept);
        payload.CopyTo(kept.AsSpan(headers.Length));
        return WaitAndPublishAsync(subject, replyTo.ToString(), kept, headers.Length, payload.Length, cancellationToken);
    }

    private bool IsReadyToPublish => _state switch
    {
        (int)NatsConnectionState.Open => true,
        (int)NatsConnectionState.Reconnecting => !Opts.PublishTimeoutOnDisconnected,
        _ => false,
    };

    private void CheckSize(int size)
    {
        if (_info is { MaxPayload: > 0 } info && size > info.MaxPayload)
            throw new NatsPayloadTooLargeException($"Payload size {size} exceeds server's maximum payload size {info.MaxPayload}");
    }

    private async ValueTask WaitAndPublishAsync(string subject, string replyTo, byte[] kept, int headerLength, int payloadLength,
        CancellationToken cancellationToken)
    {
        try
        {
            if (_state is (int)NatsConnectionState.Closed or (int)NatsConnectionState.Connecting or (int)NatsConnectionState.Failed)
                await EnsureOpenAsync(cancellationToken).ConfigureAwait(false);

            var deadline = Environment.TickCount64 + (long)Opts.CommandTimeout.TotalMilliseconds;
            do
            {
                if (!IsReadyToPublish)
                    await EnsureOpenAsync(default).AsTask().WaitAsync(Left(deadline), cancellationToken).ConfigureAwait(false);
                CheckSize(headerLength + payloadLength);
                await Outbox.WaitForRoomAsync().WaitAsync(Left(deadline), cancellationToken).ConfigureAwait(false);
            }
            while (!Outbox.TryPublish(subject, replyTo, kept.AsSpan(0, headerLength), kept.AsSpan(headerLength, payloadLength)));
        }
        catch (TimeoutException)
        {
            throw new NatsTimeoutException();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(kept);
        }

        static TimeSpan Left(long deadline) => TimeSpan.FromMilliseconds(Math.Max(0, deadline - Environment.TickCount64));
    }
}
