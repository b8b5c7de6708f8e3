using NATS.Client.Core;
using NATS.Client.JetStream;

namespace RideIngest.Streams.Pulls;

/// <summary>Where a <see cref="FramePull"/> takes messages from, and who gets them.</summary>
public abstract class PullTarget
{
    /// <summary>What is pulled, for people: a stream or a subject.</summary>
    public abstract string Name { get; }

    /// <summary>About how many bytes may be on their way.</summary>
    public abstract long Bytes { get; }

    /// <summary>
    /// How long a message may be in another process's hand without a sign of it: a consumer that delivers nothing for longer has lost track
    /// of what is in the stream. Not known by default, so that only messages in nobody's hand are looked for.
    /// </summary>
    public virtual TimeSpan LongestInHand => TimeSpan.MaxValue;

    /// <summary>Whether this process takes what there is to take.</summary>
    public virtual bool IsTaking => true;

    /// <summary>Finds the consumer, or creates it. Null while another process has it for itself.</summary>
    public abstract Task<INatsJSConsumer?> ReachAsync(CancellationToken cancellationToken);

    /// <summary>Deletes the consumer and creates it anew.</summary>
    public abstract Task RecreateAsync(string consumer, CancellationToken cancellationToken);

    /// <summary>Ends when more messages are welcome.</summary>
    public virtual Task WhenWelcomeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Called for two pulls at a time.</summary>
    public abstract ValueTask TakeAsync(INatsJSMsg<NatsMemoryOwner<byte>> message);

    /// <summary>Whether this process has the message with this sequence and has not settled it.</summary>
    public abstract bool Has(ulong sequence);

    /// <summary>Called once a second with what waits.</summary>
    /// <param name="backlog">Frames that wait or are in somebody's hand.</param>
    /// <param name="oldest">The age of the first of them.</param>
    public virtual void Observe(long backlog, TimeSpan oldest)
    {
    }
}
