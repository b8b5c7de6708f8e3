using System.Diagnostics;
using NATS.Client.Core;
using RideIngest.Consumer.Frames;
using RideIngest.Consumer.Storing;

namespace RideIngest.Consumer;

/// <summary>Leaving: how long what is in hand may take, and what becomes of the rest.</summary>
internal sealed partial class Departure(NatsConnection connection, FramesInHand inHand, Settlement settlement, StoreGate gate, ILogger<Departure> logger)
{
    // Who leaves need not wait for a Postgres that is away: the frames are safe in the stream, and others may reach it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    /// <summary>Ends with the work, or when nothing more is to be expected of it.</summary>
    public async Task FinishedAsync(Task work, CancellationToken cancellationToken)
    {
        var since = Stopwatch.GetTimestamp();
        while (!work.IsCompleted && !cancellationToken.IsCancellationRequested)
        {
            if (gate.AwayFor > TimeSpan.Zero && Stopwatch.GetElapsedTime(since) > Patience) return;
            await Task.WhenAny(work, Task.Delay(Look, CancellationToken.None));
        }
    }

    /// <summary>Gives back what was not finished, and makes sure that the server has every reply and ack.</summary>
    public async Task LeaveAsync()
    {
        var left = inHand.All;
        foreach (var frame in left) await settlement.ReturnAsync(frame);
        if (left.Count > 0) GivenBack(left.Count, gate.Trouble ?? "the time to stop was up");
        try
        {
            await connection.PingAsync();
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException)
        {
            NotHeard(e.Message);
        }
    }

    [LoggerMessage(4601, LogLevel.Warning, "{Frames} frames are given back unfinished, to be delivered to other consumers: {Reason}")]
    private partial void GivenBack(int frames, string reason);

    [LoggerMessage(4602, LogLevel.Warning, "NATS has not confirmed the last acks ({Reason}): what it did not get is delivered again, and its records are duplicates then")]
    private partial void NotHeard(string reason);
}
