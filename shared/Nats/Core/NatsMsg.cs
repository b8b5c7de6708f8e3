using System.Buffers;

namespace NATS.Client.Core;

public interface INatsMsg
{
    NatsHeaders? Headers { get; }
}

public interface INatsMsg<T> : INatsMsg
{
    string Subject { get; init; }

    string? ReplyTo { get; init; }

    int Size { get; init; }

    T? Data { get; init; }

    INatsConnection? Connection { get; init; }

    NatsException? Error { get; }

    void EnsureSuccess();

    ValueTask ReplyAsync(NatsHeaders? headers = default, string? replyTo = default, NatsPubOpts? opts = default,
        CancellationToken cancellationToken = default);

    ValueTask ReplyAsync<TReply>(TReply? data, NatsHeaders? headers = default, string? replyTo = default,
        INatsSerialize<TReply>? serializer = default, NatsPubOpts? opts = default, CancellationToken cancellationToken = default);

    ValueTask ReplyAsync<TReply>(NatsMsg<TReply> msg, INatsSerialize<TReply>? serializer = default, NatsPubOpts? opts = default,
        CancellationToken cancellationToken = default);
}

[Flags]
public enum NatsMsgFlags : byte
{
    None = 0,

    /// <summary>The payload has no bytes, whatever <see cref="NatsMsg{T}.Data"/> became.</summary>
    Empty = 1,

    /// <summary>Not a reply, but the server's word that nobody serves the subject.</summary>
    NoResponders = 2,
}

public readonly record struct NatsMsg<T> : INatsMsg<T>
{
    public NatsMsg(string subject, string? replyTo, int size, NatsHeaders? headers, T? data, INatsConnection? connection,
        NatsMsgFlags flags = default)
    {
        Subject = subject;
        ReplyTo = replyTo;
        Size = size;
        Headers = headers;
        Data = data;
        Connection = connection;
        Flags = flags;
    }

    public string Subject { get; init; }

    public string? ReplyTo { get; init; }

    public NatsHeaders? Headers { get; init; }

    public T? Data { get; init; }

    public INatsConnection? Connection { get; init; }

    /// <summary>Bytes of subject, reply subject, headers and payload together.</summary>
    public int Size { get; init; }

    public NatsMsgFlags Flags { get; init; }

    /// <summary>Why the data or the headers could not be read; <see cref="Data"/> is then the default.</summary>
    public NatsException? Error => Headers?.Error;

    public bool IsEmpty => (Flags & NatsMsgFlags.Empty) != 0;

    public bool HasNoResponders => (Flags & NatsMsgFlags.NoResponders) != 0;

    public static NatsMsg<T> Build(string subject, string? replyTo, in ReadOnlySequence<byte>? headersBuffer,
        in ReadOnlySequence<byte> payloadBuffer, INatsConnection? connection, NatsHeaderParser headerParser, INatsDeserialize<T> serializer)
    {
        var flags = payloadBuffer.IsEmpty ? NatsMsgFlags.Empty : NatsMsgFlags.None;
        var size = subject.Length + (replyTo?.Length ?? 0) + (int)payloadBuffer.Length;
        NatsHeaders? headers = null;
        if (headersBuffer is { } raw)
        {
            size += (int)raw.Length;
            headers = headerParser.Parse(raw);
            if (payloadBuffer.IsEmpty && headers.Code == 503)
                flags |= NatsMsgFlags.NoResponders;
        }

        T? data = default;
        try
        {
            if (headers?.Error is null)
                data = serializer.Deserialize(payloadBuffer);
        }
        catch (Exception e)
        {
            headers ??= [];
            headers.Error = new NatsDeserializeException(payloadBuffer.ToArray(), e);
        }

        return new NatsMsg<T>(subject, replyTo, size, headers, data, connection, flags);
    }

    public void EnsureSuccess()
    {
        if (HasNoResponders)
            throw new NatsNoRespondersException();
        if (Error is { } error)
            throw error;
    }

    public ValueTask ReplyAsync(NatsHeaders? headers = default, string? replyTo = default, NatsPubOpts? opts = default,
        CancellationToken cancellationToken = default) =>
        ConnectionToReply().PublishAsync(ReplyTo!, headers, replyTo, opts, cancellationToken);

    public ValueTask ReplyAsync<TReply>(TReply? data, NatsHeaders? headers = default, string? replyTo = default,
        INatsSerialize<TReply>? serializer = default, NatsPubOpts? opts = default, CancellationToken cancellationToken = default) =>
        ConnectionToReply().PublishAsync(ReplyTo!, data, headers, replyTo, serializer, opts, cancellationToken);

    public ValueTask ReplyAsync<TReply>(NatsMsg<TReply> msg, INatsSerialize<TReply>? serializer = default, NatsPubOpts? opts = default,
        CancellationToken cancellationToken = default) =>
        ConnectionToReply().PublishAsync(msg with { Subject = ReplyTo! }, serializer, opts, cancellationToken);

    private INatsConnection ConnectionToReply()
    {
        if (Connection is null)
            throw new NatsException("Unable to reply: the message did not come from a connection");
        if (string.IsNullOrWhiteSpace(ReplyTo))
            throw new NatsException("Unable to reply: ReplyTo is empty");
        return Connection;
    }
}
