using System.Diagnostics;
using NATS.Client.Core;
using NATS.Client.JetStream;
using RideIngest.Contracts.Frames;

namespace RideIngest.Streams.Frames;

/// <summary>A frame that this process has taken from a stream and not settled yet.</summary>
public class Frame : IDisposable
{
    private readonly INatsJSMsg<NatsMemoryOwner<byte>> _message;
    private readonly NatsJSMsgMetadata _metadata;
    private NatsMemoryOwner<byte> _payload;

    public Frame(INatsJSMsg<NatsMemoryOwner<byte>> message)
    {
        (_message, _payload) = (message, message.Data);
        _metadata = message.Metadata ?? throw new InvalidOperationException($"A message on {message.Subject} came from no stream.");
    }

    /// <summary>The frame's sequence in the stream.</summary>
    public ulong Sequence => _metadata.Sequence.Stream;

    /// <summary>The number of deliveries, including this one.</summary>
    public int Deliveries => (int)_metadata.NumDelivered;

    /// <summary>The time at which the stream stored the frame.</summary>
    public DateTimeOffset Timestamp => _metadata.Timestamp;

    public string Subject => _message.Subject;

    /// <summary>The id from the publisher, if any.</summary>
    public string? Id => Header(FrameHeaders.Id);

    /// <summary>The payload of a message that the client could not read, fetched from the stream.</summary>
    public ReadOnlyMemory<byte>? Raw { get; init; }

    public ReadOnlyMemory<byte> Payload => Raw ?? _payload.Memory;

    /// <summary>The time of the last progress report to the server.</summary>
    internal long ReportedAt { get; private set; } = Stopwatch.GetTimestamp();

    public string? Header(string name) =>
        _message.Error is null && _message.Headers is { } headers && headers.TryGetLastValue(name, out var value) ? value : null;

    public ValueTask AckAsync(CancellationToken cancellationToken = default) => _message.AckAsync(cancellationToken: cancellationToken);

    /// <summary>Returns the frame to the stream, to be delivered again after the delay. Never throws.</summary>
    public async Task ReturnAsync(TimeSpan delay = default, CancellationToken cancellationToken = default)
    {
        try
        {
            await _message.NakAsync(new AckOpts { NakDelay = delay }, cancellationToken: cancellationToken);
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException)
        {
            // The server delivers it again after its ack wait.
        }
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    internal async Task ReportProgressAsync(CancellationToken cancellationToken)
    {
        await _message.AckProgressAsync(cancellationToken: cancellationToken);
        ReportedAt = Stopwatch.GetTimestamp();
    }

    protected virtual void Dispose(bool disposing) => _payload.Dispose();
}
