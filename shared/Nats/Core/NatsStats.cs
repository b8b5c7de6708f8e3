namespace NATS.Client.Core;

public readonly record struct NatsStats(
    long SentBytes, long ReceivedBytes, long PendingMessages, long SentMessages, long ReceivedMessages, long SubscriptionCount);
