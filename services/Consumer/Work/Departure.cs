using NATS.Client.Core;
using RideIngest.Consumer.Frames;
using RideIngest.Consumer.Storing;
using RideIngest.Hosting.Processes;
using RideIngest.Streams.Frames;

namespace RideIngest.Consumer.Work;

/// <summary>Decides how long frames in hand may take during shutdown, and returns the others.</summary>
internal sealed partial class Departure(
    NatsConnection connection, FramesInHand inHand, Settlement settlement, TrailingAcks acks, StoreGate gate, ILogger<Departure> logger)
{
    // While a server is unavailable, waiting is useless: the frames are safe in the stream, and others may reach the server.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // A slow store may still finish, and then nothing is delivered again.
    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(5);

    private bool IsNatsAway => connection.ConnectionState != NatsConnectionState.Open;

    /// <summary>Returns true when the work has finished, or false when waiting longer is useless.</summary>
    public Task<bool> FinishedAsync(Task work, CancellationToken cancellationToken) => Leaving.FinishedAsync(
        work,
        () => IsNatsAway || gate.AwayFor > TimeSpan.Zero ? Patience : gate.Trouble is not null ? LongPatience : TimeSpan.MaxValue,
        cancellationToken);

    /// <summary>Waits briefly for cancelled work to stop.</summary>
    public static Task AbandonedAsync(Task work) => Task.WhenAny(work, Task.Delay(Patience));

    /// <summary>Returns unfinished frames and waits until the server has every reply and ack.</summary>
    public async Task LeaveAsync()
    {
        var left = inHand.All;
        if (IsNatsAway)
        {
            // The client would buffer them and wait for a server.
            LeftBehind(left.Count);
            return;
        }
        try
        {
            await GiveBackAsync(left).WaitAsync(Patience);
            if (left.Count > 0)
                GivenBack(left.Count, gate.Trouble ?? "the time for shutdown is over");
        }
        catch (Exception e) when (e is NatsException or OperationCanceledException or TimeoutException)
        {
            NotHeard(e.Message);
        }
    }

    private async Task GiveBackAsync(IReadOnlyCollection<Frame> left)
    {
        foreach (var frame in left)
            await settlement.ReturnAsync(frame);
        await acks.EndAsync();

        // The answer shows that the server has read everything sent before.
        await connection.PingAsync();
    }

    [LoggerMessage(4601, LogLevel.Warning, "Returned {Frames} unfinished frames for other consumers: {Reason}")]
    private partial void GivenBack(int frames, string reason);

    [LoggerMessage(4603, LogLevel.Warning,
        "NATS is unavailable: the {Frames} frames in hand and frames whose acks did not arrive will be delivered again, and their stored "
        + "records will be duplicates")]
    private partial void LeftBehind(int frames);

    [LoggerMessage(4602, LogLevel.Warning,
        "NATS has not confirmed the last acks ({Reason}). Frames whose acks did not arrive will be delivered again, and their records "
        + "will be duplicates")]
    private partial void NotHeard(string reason);
}
