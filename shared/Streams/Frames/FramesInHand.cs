using System.Collections.Concurrent;
using System.Diagnostics;
using NATS.Client.Core;

namespace RideIngest.Streams.Frames;

/// <summary>
/// The frames that this process has taken and not settled. It reports progress on them, so that the server does not deliver them again.
/// </summary>
public sealed class FramesInHand
{
    private readonly ConcurrentDictionary<ulong, Frame> _frames = new();

    /// <summary>
    /// The time without a progress report after which the server delivers a frame again, from the consumer's configuration.
    /// </summary>
    public TimeSpan AckWait { get; set; } = TimeSpan.FromSeconds(30);

    public IReadOnlyCollection<Frame> All => [.. _frames.Values];

    public bool Has(ulong sequence) => _frames.ContainsKey(sequence);

    public void Add(Frame frame) => _frames[frame.Sequence] = frame;

    /// <summary>Removes a settled frame and releases its memory.</summary>
    public void Remove(Frame frame)
    {
        _frames.TryRemove(KeyValuePair.Create(frame.Sequence, frame));
        frame.Dispose();
    }

    /// <summary>Reports progress until cancelled, well before the server would deliver a frame again. Never throws.</summary>
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
                    // NATS is unavailable. The next round retries; frames delivered again in the meantime become duplicates.
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
