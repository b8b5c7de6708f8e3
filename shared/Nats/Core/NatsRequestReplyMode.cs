namespace NATS.Client.Core;

public enum NatsRequestReplyMode
{
    SharedInbox,
    Direct,
}
