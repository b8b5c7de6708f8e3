using NATS.Client.Core;
using RideIngest.Consumer.Frames;
using RideIngest.Consumer.Storing;
using RideIngest.Hosting.Processes;
using RideIngest.Streams.Frames;

namespace RideIngest.Consumer.Work;

/// <summary>Leaving: how long what is in hand may take, and what becomes of the rest.</summary>
internal sealed partial class Departure(
    NatsConnection connection, FramesInHand inHand, Settlement settlement, TrailingAcks acks, StoreGate gate, ILogger<Departure> logger)
{
    // Who leaves need not wait for a server that is away: the frames are safe in the stream, and others may reach it.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    // One that only takes long may yet finish, and then nothing is delivered again.
    private static readonly TimeSpan LongPatience = TimeSpan.FromSeconds(5);

    private bool IsNatsAway => connection.ConnectionState != NatsConnectionState.Open;

    /// <summary>Ends with the work; or, false, when nothing more is to be expected of it.</summary>
    public Task<bool> FinishedAsync(Task work, CancellationToken cancellationToken) => Leaving.FinishedAsync(
        work,
        () => IsNatsAway || gate.AwayFor > TimeSpan.Zero ? Patience : gate.Trouble is not null ? LongPatience : TimeSpan.MaxValue,
        cancellationToken);

    /// <summary>Lets work that was told to end do so, if it heeds that.</summary>
    public static Task AbandonedAsync(Task work) => Task.WhenAny(work, Task.Delay(Patience));

    /// <summary>Gives back what was not finished, and makes sure that the server has every reply and ack.</summary>
    public async Task LeaveAsync()
    {
        var left = inHand.All;
        if (IsNatsAway)
        {
            // The client would keep what we say, and wait for a server to say it to.
            LeftBehind(left.Count);
            return;
        }
        try
        {
            await GiveBackAsync(left).WaitAsync(Patience);
            if (left.Count > 0)
                GivenBack(left.Count, gate.Trouble ?? "the time to stop was up");
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

        // Its answer says that the server has read all that was sent before.
        await connection.PingAsync();
    }

    [LoggerMessage(4601, LogLevel.Warning, "{Frames} frames are given back unfinished, to be delivered to other consumers: {Reason}")]
    private partial void GivenBack(int frames, string reason);

    [LoggerMessage(4603, LogLevel.Warning,
        "NATS is away: the {Frames} frames in hand, and those whose acks it did not get, are delivered again, and what is stored "
        + "of them is a duplicate then")]
    private partial void LeftBehind(int frames);

    [LoggerMessage(4602, LogLevel.Warning,
        "NATS has not confirmed the last acks ({Reason}): what it did not get is delivered again, and its records are duplicates then")]
    private partial void NotHeard(string reason);
}
