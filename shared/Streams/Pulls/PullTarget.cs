using NATS.Client.Core;
using NATS.Client.JetStream;

namespace RideIngest.Streams.Pulls;

/// <summary>The consumer and the receiver of a <see cref="FramePull"/>.</summary>
public abstract class PullTarget
{
    /// <summary>The name of the stream or subject, for people.</summary>
    public abstract string Name { get; }

    /// <summary>The approximate number of bytes that may be in transit.</summary>
    public abstract long Bytes { get; }

    /// <summary>
    /// The longest time that another process may have a message in hand; a consumer that delivers nothing for longer has lost track of the
    /// stream. Unknown by default, which limits the check to messages that no process has in hand.
    /// </summary>
    public virtual TimeSpan LongestInHand => TimeSpan.MaxValue;

    /// <summary>Whether this process takes messages now.</summary>
    public virtual bool IsTaking => true;

    /// <summary>Finds or creates the consumer. Returns null while another process uses it exclusively.</summary>
    public abstract Task<INatsJSConsumer?> ReachAsync(CancellationToken cancellationToken);

    /// <summary>Deletes and recreates the consumer.</summary>
    public abstract Task RecreateAsync(string consumer, CancellationToken cancellationToken);

    /// <summary>Completes when more messages can be taken.</summary>
    public virtual Task WhenWelcomeAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Whether messages are taken one after the other, in the order of the stream.</summary>
    public virtual bool InOrder => false;

    /// <summary>Takes a message. Two pulls may call it at the same time, unless messages are taken in order.</summary>
    public abstract ValueTask TakeAsync(INatsJSMsg<NatsMemoryOwner<byte>> message);

    /// <summary>Whether this process has taken the message with this sequence and not settled it.</summary>
    public abstract bool Has(ulong sequence);

    /// <summary>Called once a second with the backlog.</summary>
    /// <param name="backlog">Frames that are waiting or in hand.</param>
    /// <param name="oldest">The age of the oldest frame.</param>
    public virtual void Observe(long backlog, TimeSpan oldest)
    {
    }
}
