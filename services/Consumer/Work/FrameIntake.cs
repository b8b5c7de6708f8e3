using NATS.Client.Core;
using NATS.Client.JetStream;
using Npgsql;
using RideIngest.Consumer.Frames;
using RideIngest.Consumer.Settings;
using RideIngest.Consumer.Storing;
using RideIngest.Streams.Frames;
using RideIngest.Streams.Pulls;
using RideIngest.Streams.Rides;

namespace RideIngest.Consumer.Work;

/// <summary>Puts pulled frames into the queue, and asks for more while they can be stored and there is room.</summary>
internal sealed class FrameIntake(
    RidesStream rides, ConsumerSettings settings, NpgsqlDataSource database, FramesInHand inHand, FrameQueue queue, StoreGate gate)
    : PullTarget
{
    private readonly int _commandTimeout = new NpgsqlConnectionStringBuilder(database.ConnectionString).CommandTimeout;

    public override string Name => rides.Stream.Name;

    public override long Bytes => settings.PullBytes;

    public override bool IsTaking => gate.IsOpen;

    /// <summary>
    /// The longest time that an instance has a frame in hand while Postgres hangs: it retries for hand_back and one more attempt, or delays
    /// the frame. After that, the frame is delivered again.
    /// </summary>
    public override TimeSpan LongestInHand => _commandTimeout == 0
        ? TimeSpan.MaxValue
        : settings.HandBack + BatchWork.LongestDelay + (2 * (TimeSpan.FromSeconds(_commandTimeout) + inHand.AckWait));

    public override async Task<INatsJSConsumer?> ReachAsync(CancellationToken cancellationToken)
    {
        var consumer = await rides.ConsumerAsync(cancellationToken);
        if (consumer.Info.Config.AckWait > TimeSpan.Zero)
            inHand.AckWait = consumer.Info.Config.AckWait;
        return consumer;
    }

    public override Task RecreateAsync(string consumer, CancellationToken cancellationToken) =>
        rides.Stream.RecreateConsumerAsync(consumer, cancellationToken);

    /// <summary>Completes when frames can be stored and there is room. Until then, frames are left to other instances.</summary>
    public override async Task WhenWelcomeAsync(CancellationToken cancellationToken)
    {
        await gate.OpenAsync(cancellationToken);
        await queue.WaitForRoomAsync(cancellationToken);
    }

    public override async ValueTask TakeAsync(INatsJSMsg<NatsMemoryOwner<byte>> message)
    {
        var frame = FrameDecoder.Take(message, await rides.Stream.UnreadableAsync(message));
        inHand.Add(frame);
        queue.Add(frame);
    }

    public override bool Has(ulong sequence) => inHand.Has(sequence);
}
