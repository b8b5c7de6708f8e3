using System.Buffers;
using System.Globalization;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Contracts.Frames;
using RideIngest.Storage.DeadLetters;
using RideIngest.Storage.Outbox;
using RideIngest.Streams.Nats;
using RideIngest.Streams.Publishing;
using RideIngest.Streams.Rides;

namespace RideIngest.Console.Letters;

/// <summary>
/// Publishes the console's outbox to the streams of all systems, which it does not create: a system creates its own with its settings.
/// </summary>
internal sealed class LetterPublisher(INatsConnection nats, StreamPublisher publisher)
{
    // More than headers and padding have.
    private const int AroundPayload = 1024;

    private static readonly TimeSpan AskFor = TimeSpan.FromSeconds(2);

    /// <summary>Whether NATS can be asked.</summary>
    public bool IsReady => publisher.IsOpen;

    /// <summary>The messages with which a letter is sent again, under ids that no message has had.</summary>
    /// <param name="payload">What to send instead of the letter's own payload; null for its own.</param>
    public IReadOnlyList<OutboxEvent> Messages(KeptDeadLetter kept, byte[]? payload = null) =>
        LetterFrames.Of(
            kept, payload is null ? kept.Letter.Payload : payload, $"{FrameHeaders.ReplayId}{Guid.CreateVersion7():N}", Payload.Most(nats));

    /// <summary>Returns why NATS never takes these messages; null if none is too long.</summary>
    public string? TooLong(IReadOnlyList<OutboxEvent> messages)
    {
        var (longest, most) = (messages.Max(message => message.Payload.Length), Payload.Most(nats) - AroundPayload);
        return longest <= most
            ? null
            : string.Create(CultureInfo.InvariantCulture, $"It has a line of {longest} bytes, and NATS takes {most} in a message.");
    }

    public async Task<IReadOnlyList<bool>> PublishAsync(IReadOnlyList<OutboxEvent> events, CancellationToken cancellationToken) =>
        publisher.IsOpen
            ? await OutboxWaves.PublishAsync(events, item => PublishAsync(item, cancellationToken))
            : throw new NatsException("NATS is away");

    /// <summary>Whether a stream has the subject; null if NATS does not answer.</summary>
    public async Task<bool?> HasStreamAsync(string subject)
    {
        if (!publisher.IsOpen)
            return null;
        using var limit = new CancellationTokenSource(AskFor);
        try
        {
            await foreach (var _ in new NatsJSContext(nats).ListStreamNamesAsync(subject, limit.Token))
                return true;
            return false;
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException)
        {
            return null;
        }
    }

    private async Task<bool> PublishAsync(OutboxEvent item, CancellationToken cancellationToken)
    {
        var headers = new NatsHeaders { { FrameHeaders.Id, item.Id } };
        foreach (var (name, value) in item.Headers)
            headers.Add(name, value);
        var published = await publisher.TryAsync(
            item.Subject, Filled(item, headers), headers, nats.Opts.RequestTimeout, cancellationToken);
        return published.End == PublishEnd.Taken;
    }

    private static ReadOnlyMemory<byte> Filled(OutboxEvent item, NatsHeaders headers)
    {
        if (!item.Subject.StartsWith(RidesStream.Subject(""), StringComparison.Ordinal))
            return item.Payload;
        var payload = new ArrayBufferWriter<byte>(item.Payload.Length + FrameBlocks.Size);
        payload.Write(item.Payload.Span);
        FrameBlocks.Fill(payload, payload.WrittenCount, item.Subject, headers);
        return payload.WrittenMemory;
    }
}
