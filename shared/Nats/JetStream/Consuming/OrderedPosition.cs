using NATS.Client.Core;
using NATS.Client.JetStream.Models;

namespace NATS.Client.JetStream.Consuming;

/// <summary>
/// How far an ordered consumer has read. The consumer on the server delivers each message once, unacknowledged; a gap in its
/// sequence means that messages were lost on the way, and the next consumer has to begin after the last one read.
/// </summary>
internal sealed class OrderedPosition(NatsJSOrderedConsumerOpts opts)
{
    private ulong _expected = 1;
    private bool _resumes;

    /// <summary>Stream sequence of the last message read, or of the one that reading began after.</summary>
    public ulong LastSequence { get; private set; }

    /// <summary>False for a gap.</summary>
    public bool TryAdvance(NatsJSMsgMetadata? metadata)
    {
        if (metadata is not { } delivered || delivered.Sequence.Consumer != _expected)
            return false;

        _expected++;
        _resumes = true;
        LastSequence = delivered.Sequence.Stream;
        return true;
    }

    public ConsumerConfig NextConsumer()
    {
        var config = new ConsumerConfig
        {
            AckPolicy = ConsumerConfigAckPolicy.None,
            ReplayPolicy = opts.ReplayPolicy,
            InactiveThreshold = opts.InactiveThreshold,
            HeadersOnly = opts.HeadersOnly,
            MemStorage = true,
            NumReplicas = 1,

            // A single filter in the form that servers before 2.10 know.
            FilterSubject = opts.FilterSubjects is [var only] ? only : null,
            FilterSubjects = opts.FilterSubjects.Length > 1 ? opts.FilterSubjects : null,
        };

        if (_resumes)
        {
            config.DeliverPolicy = ConsumerConfigDeliverPolicy.ByStartSequence;
            config.OptStartSeq = LastSequence + 1;
        }
        else
        {
            config.DeliverPolicy = opts.DeliverPolicy;
            config.OptStartSeq = opts.OptStartSeq;
            config.OptStartTime = opts.OptStartTime;
        }

        return config;
    }

    public void OnCreated(ConsumerInfo info)
    {
        _expected = 1;
        if (!_resumes && opts.DeliverPolicy == ConsumerConfigDeliverPolicy.New)
        {
            // "New" as of the first consumer: what comes in while a later one is made is new, too.
            LastSequence = info.Delivered.StreamSeq;
            _resumes = true;
        }
    }
}
