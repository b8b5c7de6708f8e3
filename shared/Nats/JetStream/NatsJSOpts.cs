using NATS.Client.Core;

namespace NATS.Client.JetStream;

/// <summary>How a context reaches JetStream, and the defaults of its consumers.</summary>
public record NatsJSOpts
{
    /// <param name="opts">The connection's options; its request timeout is the default here.</param>
    /// <param name="apiPrefix">Where the API is imported to, when it is another account's. Excludes <paramref name="domain"/>.</param>
    /// <param name="domain">The JetStream domain, for leaf nodes.</param>
    /// <param name="ackOpts">Has no effect, as in NATS.Net; choose double acks by <see cref="DoubleAck"/>.</param>
    /// <param name="requestTimeout">How long to wait for the API and for acknowledgements.</param>
    public NatsJSOpts(
        NatsOpts opts, string? apiPrefix = default, string? domain = default, AckOpts? ackOpts = default, TimeSpan? requestTimeout = default)
    {
        if (apiPrefix != null && domain != null)
            throw new NatsJSException("Give an API prefix or a domain, not both.");

        ApiPrefix = apiPrefix ?? "$JS.API";
        Domain = domain;
        Prefix = string.IsNullOrEmpty(domain) ? ApiPrefix : $"$JS.{domain}.API";
        RequestTimeout = requestTimeout ?? opts.RequestTimeout;
    }

    public string Prefix { get; }

    public string ApiPrefix { get; }

    public string? Domain { get; }

    public TimeSpan RequestTimeout { get; }

    /// <summary>Wait for the server to confirm each ack, unless <see cref="AckOpts.DoubleAck"/> says otherwise.</summary>
    public bool DoubleAck { get; init; }

    public NatsJSConsumeOpts DefaultConsumeOpts { get; init; } = new() { MaxMsgs = 1_000 };

    public NatsJSNextOpts DefaultNextOpts { get; init; } = new();

    /// <summary>Whether a cancelled listing throws, or just ends.</summary>
    public bool ThrowOnListCancellation { get; init; }
}
