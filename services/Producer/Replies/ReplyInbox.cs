using System.Buffers;
using System.Globalization;
using NATS.Client.Core;
using RideIngest.Platform.Messaging;
using RideIngest.Spine;

namespace RideIngest.Producer.Replies;

/// <summary>Where consumers send their replies to: one subscription for the process, the frame's number as the subject's last token.</summary>
internal sealed class ReplyInbox : BackgroundService
{
    // A reply that is dropped costs its senders the wait; a slot costs a few bytes.
    private static readonly NatsSubOpts Roomy = new() { ChannelOpts = new NatsSubChannelOpts { Capacity = 65_536 } };

    private readonly INatsConnection _nats;
    private readonly PendingReplies _replies;
    private readonly string _inbox;
    private readonly string _name;

    public ReplyInbox(INatsConnection nats, PendingReplies replies)
    {
        (_nats, _replies) = (nats, replies);

        // None of the connection's own inboxes: below those NATS.Net delivers nothing but the replies to its requests.
        _name = Nuid.NewNuid();
        _inbox = $"{nats.Opts.InboxPrefix}.{_name}";
    }

    public string SubjectOf(long frame) => string.Create(CultureInfo.InvariantCulture, $"{_inbox}.{frame}");

    /// <summary>Unlike any other frame's, of any process.</summary>
    public string FrameId(long frame) => string.Create(CultureInfo.InvariantCulture, $"{_name}-{frame}");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Listening.ForeverAsync(_nats, $"{_inbox}.*", Reader.Default, Roomy, Receive, stoppingToken);

    private void Receive(NatsMsg<FrameReply> message)
    {
        var token = message.Subject.AsSpan(_inbox.Length + 1);
        if (message.Data is { } reply && long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            _replies.Replied(number, reply);
    }

    private sealed class Reader : INatsDeserialize<FrameReply>
    {
        public static readonly Reader Default = new();

        public FrameReply? Deserialize(in ReadOnlySequence<byte> buffer) =>
            FrameReply.Read(buffer.IsSingleSegment ? buffer.FirstSpan : buffer.ToArray());
    }
}
