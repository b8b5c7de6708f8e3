using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace NATS.Client.Core;

/// <summary>How a connection behaves. The defaults are NATS.Net's.</summary>
public sealed record NatsOpts
{
    public static readonly NatsOpts Default = new();

    private readonly NatsRequestReplyMode _requestReplyMode = NatsRequestReplyMode.Direct;

    /// <summary>One server, or several separated by commas. User and password, or a token, may be part of the first.</summary>
    public string Url { get; init; } = "nats://localhost:4222";

    public string Name { get; init; } = "NATS .NET Client";

    public bool Echo { get; init; } = true;

    public bool Verbose { get; init; }

    public bool Headers { get; init; } = true;

    public NatsAuthOpts AuthOpts { get; init; } = NatsAuthOpts.Default;

    public NatsTlsOpts TlsOpts { get; init; } = NatsTlsOpts.Default;

    public INatsSerializerRegistry SerializerRegistry { get; init; } = NatsDefaultSerializerRegistry.Default;

    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>Unsent bytes above sixteen times this make publishers wait; while disconnected that is all that is kept.</summary>
    public int WriterBufferSize { get; init; } = 65536;

    /// <summary>The size the receive buffer begins with; it grows with what arrives.</summary>
    public int ReaderBufferSize { get; init; } = 65536;

    /// <summary>A message that a server announces as larger than this is a protocol violation.</summary>
    public int MaxPayloadHardCap { get; init; } = 64 * 1024 * 1024;

    public string InboxPrefix { get; init; } = "_INBOX";

    public bool NoRandomize { get; init; }

    public TimeSpan PingInterval { get; init; } = TimeSpan.FromMinutes(2);

    public int MaxPingOut { get; init; } = 2;

    public TimeSpan ReconnectWaitMin { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan ReconnectJitter { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromSeconds(2);

    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(5);

    public Encoding HeaderEncoding { get; init; } = Encoding.ASCII;

    public bool DrainSubscriptionsOnDispose { get; init; }

    public TimeSpan DrainPingTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Consecutive failed attempts after which the connection gives up; zero or below: never.</summary>
    public int MaxReconnectRetry { get; init; } = -1;

    public TimeSpan ReconnectWaitMax { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Keep trying although the same server refused the same credentials twice in a row.</summary>
    public bool IgnoreAuthErrorAbort { get; init; }

    public int SubPendingChannelCapacity { get; init; } = 16384;

    public BoundedChannelFullMode SubPendingChannelFullMode { get; init; } = BoundedChannelFullMode.DropNewest;

    /// <summary>
    /// Setting <see cref="NatsRequestReplyMode.Direct"/> explicitly makes a request that nobody serves return a message
    /// with <see cref="NatsMsg{T}.HasNoResponders"/>; left alone, or with the other mode, it throws.
    /// </summary>
    public NatsRequestReplyMode RequestReplyMode
    {
        get => _requestReplyMode;
        init
        {
            _requestReplyMode = value;
            ThrowIfNoResponders = value != NatsRequestReplyMode.Direct;
        }
    }

    public INatsSocketConnectionFactory? SocketConnectionFactory { get; init; }

    public bool RetryOnInitialConnect { get; init; }

    /// <summary>Publishing while disconnected waits for the connection, at most CommandTimeout, instead of being buffered.</summary>
    public bool PublishTimeoutOnDisconnected { get; init; }

    public bool SuppressSlowConsumerWarnings { get; init; }

    internal bool ThrowIfNoResponders { get; private init; } = true;

    // Options find their way into logs, and a URL may hold a password.
    private bool PrintMembers(StringBuilder builder)
    {
        var servers = string.Join(',', Url.Split(',').Select(url => url[(url.LastIndexOf('@') + 1)..]));
        builder.Append("Url = ").Append(servers).Append(", Name = ").Append(Name);
        builder.Append(", AuthOpts = ").Append(AuthOpts).Append(", TlsOpts = ").Append(TlsOpts);
        builder.Append(", PingInterval = ").Append(PingInterval).Append(", MaxPingOut = ").Append(MaxPingOut);
        builder.Append(", ConnectTimeout = ").Append(ConnectTimeout).Append(", CommandTimeout = ").Append(CommandTimeout);
        builder.Append(", RequestTimeout = ").Append(RequestTimeout).Append(", MaxReconnectRetry = ").Append(MaxReconnectRetry);
        builder.Append(", RetryOnInitialConnect = ").Append(RetryOnInitialConnect);
        return true;
    }
}
