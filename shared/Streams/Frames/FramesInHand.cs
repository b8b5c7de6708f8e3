using System.Collections.Concurrent;
using System.Diagnostics;
using NATS.Client.Core;

namespace RideIngest.Streams.Frames;

/// <summary>
/// The frames that this process has and has not settled. While they cannot be processed, the server is told that they are in progress, so
/// that it does not deliver them again.
/// </summary>
public sealed class FramesInHand
{
    private readonly ConcurrentDictionary<ulong, Frame> _frames = new();

    /// <summary>After how long without a report the server delivers a frame again, as its consumer is configured.</summary>
    public TimeSpan AckWait { get; set; } = TimeSpan.FromSeconds(30);

    public IReadOnlyCollection<Frame> All => [.. _frames.Values];

    public bool Has(ulong sequence) => _frames.ContainsKey(sequence);

    public void Add(Frame frame) => _frames[frame.Sequence] = frame;

    /// <summary>The frame is settled; its memory is released.</summary>
    public void Remove(Frame frame)
    {
        _frames.TryRemove(KeyValuePair.Create(frame.Sequence, frame));
        frame.Dispose();
    }

    /// <summary>Reports progress, in good time before the server would deliver a frame again, until cancelled. Never throws.</summary>
    public async Task ReportAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (await TickAsync(timer, cancellationToken))
        {
            foreach (var frame in _frames.Values.Where(frame => Stopwatch.GetElapsedTime(frame.ReportedAt) >= AckWait / 3))
            {
                try
                {
                    await frame.ReportProgressAsync(cancellationToken);
                }
                catch (Exception e) when (e is NatsException or OperationCanceledException)
                {
                    // NATS is away: the next round tries again, and what is delivered again meanwhile is a duplicate.
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
