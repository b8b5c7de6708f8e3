namespace NATS.Client.JetStream.Consuming;

/// <summary>The consumer that is pulled from.</summary>
internal sealed class PullTarget(NatsJSContext context, string stream, string consumer)
{
    public NatsJSContext Context { get; } = context;

    public string Stream { get; } = stream;

    public string Consumer { get; } = consumer;

    /// <summary>Where pull requests go.</summary>
    public string Subject { get; } = $"{context.Opts.Prefix}.CONSUMER.MSG.NEXT.{stream}.{consumer}";

    public string InfoSubject => $"{Context.Opts.Prefix}.CONSUMER.INFO.{Stream}.{Consumer}";
}
