namespace NATS.Client.Core;

public delegate ValueTask AsyncEventHandler(object? sender, EventArgs args);

public delegate ValueTask AsyncEventHandler<TEventArgs>(object? sender, TEventArgs? args)
    where TEventArgs : EventArgs;

public class NatsEventArgs(string message) : EventArgs
{
    public string Message { get; } = message;
}

public class NatsMessageDroppedEventArgs(
    NatsSubBase subscription, int pending, string subject, string? replyTo, NatsHeaders? headers, object? data)
    : NatsEventArgs($"Dropped message from {subject} with {pending} pending messages")
{
    public NatsSubBase Subscription { get; } = subscription;

    public int Pending { get; } = pending;

    public string Subject { get; } = subject;

    public string? ReplyTo { get; } = replyTo;

    public NatsHeaders? Headers { get; } = headers;

    public object? Data { get; } = data;
}

public class NatsSlowConsumerEventArgs(NatsSubBase subscription)
    : NatsEventArgs($"Slow consumer detected on subscription {subscription.Subject}")
{
    public NatsSubBase Subscription { get; } = subscription;
}

public class NatsLameDuckModeActivatedEventArgs(Uri uri) : NatsEventArgs("Lame duck mode activated")
{
    public Uri Uri { get; } = uri;
}

public class NatsServerErrorEventArgs(string error) : NatsEventArgs($"Server error {error}")
{
    public string Error { get; } = error;

    public NatsServerErrorKind Kind { get; } = KindOf(error);

    internal static NatsServerErrorKind KindOf(string error)
    {
        foreach (var (phrase, kind) in Phrases)
        {
            if (error.Contains(phrase, StringComparison.OrdinalIgnoreCase))
                return kind;
        }

        return NatsServerErrorKind.Unknown;
    }

    // An expired account's message contains no expired user's, but not the other way round: the order matters.
    private static readonly (string Phrase, NatsServerErrorKind Kind)[] Phrases =
    [
        ("authorization violation", NatsServerErrorKind.AuthorizationViolation),
        ("account authentication expired", NatsServerErrorKind.AccountAuthenticationExpired),
        ("user authentication expired", NatsServerErrorKind.AuthenticationExpired),
        ("user authentication revoked", NatsServerErrorKind.AuthenticationRevoked),
        ("permissions violation", NatsServerErrorKind.PermissionsViolation),
        ("stale connection", NatsServerErrorKind.StaleConnection),
        ("maximum account active connections exceeded", NatsServerErrorKind.MaximumAccountConnectionsExceeded),
        ("maximum connections exceeded", NatsServerErrorKind.MaximumConnectionsExceeded),
        ("maximum subscriptions exceeded", NatsServerErrorKind.MaximumSubscriptionsExceeded),
    ];
}

public enum NatsServerErrorKind
{
    Unknown,
    AuthorizationViolation,
    AuthenticationExpired,
    AuthenticationRevoked,
    AccountAuthenticationExpired,
    PermissionsViolation,
    StaleConnection,
    MaximumConnectionsExceeded,
    MaximumAccountConnectionsExceeded,
    MaximumSubscriptionsExceeded,
}
