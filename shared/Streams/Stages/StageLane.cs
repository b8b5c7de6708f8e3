using System.Threading.Channels;
using NATS.Client.Core;
using NATS.Client.JetStream;
using NATS.Client.JetStream.Models;
using RideIngest.Streams.Frames;
using RideIngest.Streams.Pulls;

namespace RideIngest.Streams.Stages;

/// <summary>The frames of one subject that wait for a stage's step.</summary>
internal sealed class StageLane<TEvent>(StageDefinition stage, StageSource source, EventFormat<TEvent> format, FramesInHand inHand)
    : PullTarget
{
    private const int MostInHand = 64;

    private readonly Channel<EventFrame<TEvent>> _frames = Channel.CreateBounded<EventFrame<TEvent>>(MostInHand);

    public override string Name => source.Subject;

    public override long Bytes => 4 << 20;

    public override bool InOrder => stage.InOrder;

    public override Task<INatsJSConsumer?> ReachAsync(CancellationToken cancellationToken)
    {
        inHand.AckWait = StageSource.AckWait;
        var config = source.ToConsumer();
        return stage.Reach is { } reach ? reach(config, cancellationToken) : SharedAsync();

        async Task<INatsJSConsumer?> SharedAsync() => await stage.Stream.ConsumerAsync(config, cancellationToken);
    }

    public override Task RecreateAsync(string consumer, CancellationToken cancellationToken) =>
        stage.Stream.RecreateConsumerAsync(consumer, cancellationToken);

    public override async ValueTask TakeAsync(INatsJSMsg<NatsMemoryOwner<byte>> message)
    {
        var frame = new EventFrame<TEvent>(message, format, await stage.Stream.UnreadableAsync(message));
        if (frame.RetryAt - DateTimeOffset.UtcNow is { } left && left > TimeSpan.Zero)
        {
            await frame.ReturnAsync(left);
            frame.Dispose();
            return;
        }
        inHand.Add(frame);
        await _frames.Writer.WriteAsync(frame);
    }

    public override bool Has(ulong sequence) => inHand.Has(sequence);

    public override void Observe(long backlog, TimeSpan oldest) => StageTelemetry.Observed(stage, source.Subject, backlog, oldest);

    /// <summary>Marks the end of the frames.</summary>
    public void Complete() => _frames.Writer.Complete();

    /// <summary>Waits for a frame and returns it with those behind it; null when no more come.</summary>
    public async ValueTask<List<EventFrame<TEvent>>?> NextBatchAsync()
    {
        if (!await _frames.Reader.WaitToReadAsync())
            return null;
        var batch = new List<EventFrame<TEvent>>();
        for (var events = 0; events < stage.BatchEvents && _frames.Reader.TryRead(out var frame); events += frame.Events.Count)
            batch.Add(frame);
        return batch;
    }
}
