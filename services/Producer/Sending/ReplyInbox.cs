using System.Globalization;
using NATS.Client.Core;
using RideIngest.Contracts.Frames;
using RideIngest.Streams.Nats;

namespace RideIngest.Producer.Sending;

/// <summary>Receives consumers' replies: one subscription per process, with the frame's number as the last token of the subject.</summary>
internal sealed class ReplyInbox : BackgroundService
{
    private readonly INatsConnection _nats;
    private readonly PendingReplies _replies;
    private readonly string _inbox;
    private readonly string _name;

    public ReplyInbox(INatsConnection nats, PendingReplies replies)
    {
        (_nats, _replies) = (nats, replies);

        // Not an inbox of the connection: NATS.Net delivers only replies to its own requests there.
        _name = Nuid.NewNuid();
        _inbox = $"{nats.Opts.InboxPrefix}.{_name}";
    }

    public string SubjectOf(long frame) => string.Create(CultureInfo.InvariantCulture, $"{_inbox}.{frame}");

    /// <summary>A frame id that is unique across processes.</summary>
    public string FrameId(long frame) => string.Create(CultureInfo.InvariantCulture, $"{_name}-{frame}");

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Listening.ForeverAsync(_nats, $"{_inbox}.*", Receive, stoppingToken);

    private void Receive(string subject, ReadOnlySpan<byte> payload)
    {
        var token = subject.AsSpan(_inbox.Length + 1);
        if (FrameReply.Read(payload) is { } reply && long.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
            _replies.Replied(number, reply);
    }
}
