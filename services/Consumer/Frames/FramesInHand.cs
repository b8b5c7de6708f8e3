using System.Collections.Concurrent;
using System.Diagnostics;
using NATS.Client.Core;

namespace RideIngest.Consumer.Frames;

/// <summary>
/// The frames that this instance has and has not settled. While their records cannot be stored, the server is told that they are in
/// progress, so that it does not deliver them again.
/// </summary>
internal sealed class FramesInHand
{
    private readonly ConcurrentDictionary<ulong, Frame> _frames = new();

    /// <summary>How long the server waits for a word about a frame, as its consumer is configured.</summary>
    public TimeSpan AckWait { get; set; } = TimeSpan.FromSeconds(30);

    public IReadOnlyCollection<Frame> All => [.. _frames.Values];

    public bool Has(ulong sequence) => _frames.ContainsKey(sequence);

    public void Add(Frame frame) => _frames[frame.Metadata.Sequence.Stream] = frame;

    public void Remove(Frame frame)
    {
        _frames.TryRemove(KeyValuePair.Create(frame.Metadata.Sequence.Stream, frame));
        frame.Dispose();
    }

    /// <summary>Reports progress, in good time before the server would deliver anew, until cancelled.</summary>
    public async Task ReportAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await TickAsync(timer, cancellationToken))
        {
            foreach (var frame in _frames.Values)
            {
                if (Stopwatch.GetElapsedTime(frame.ReportedAt) < AckWait / 3)
                    continue;
                try
                {
                    await frame.Message.AckProgressAsync(cancellationToken: cancellationToken);
                    frame.ReportedAt = Stopwatch.GetTimestamp();
                }
                catch (Exception e) when (e is NatsException or OperationCanceledException)
                {
                    // NATS is away: the next round tries again, and what is delivered anew is stored once all the same.
                    break;
                }
            }
        }
    }

    private static async ValueTask<bool> TickAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
