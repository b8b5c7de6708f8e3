using System.Net.Security;

namespace NATS.Client.Core;

public enum TlsMode
{
    /// <summary>As <see cref="Prefer"/>; for a tls:// URL, or when any TLS option is set, as <see cref="Require"/>.</summary>
    Auto,

    /// <summary>Upgrade when the server requires or offers it.</summary>
    Prefer,

    /// <summary>Upgrade, or fail.</summary>
    Require,

    /// <summary>TLS from the first byte, before the server's INFO.</summary>
    Implicit,

    /// <summary>Never upgrade; fail when the server requires it.</summary>
    Disable,
}

public sealed record NatsTlsOpts
{
    public static readonly NatsTlsOpts Default = new();

    public string? CertFile { get; init; }

    public string? KeyFile { get; init; }

    public string? KeyFilePassword { get; init; }

    public string? CertBundleFile { get; init; }

    public string? CertBundleFilePassword { get; init; }

    /// <summary>Called last, with everything above applied.</summary>
    public Func<SslClientAuthenticationOptions, ValueTask>? ConfigureClientAuthentication { get; init; }

    public string? CaFile { get; init; }

    public bool InsecureSkipVerify { get; init; }

    public TlsMode Mode { get; init; }

    internal bool IsConfigured =>
        CertFile != null || KeyFile != null || CertBundleFile != null || CaFile != null || ConfigureClientAuthentication != null;

    // No secrets in what gets printed.
    private bool PrintMembers(System.Text.StringBuilder builder)
    {
        builder.Append("CertFile = ").Append(CertFile).Append(", KeyFile = ").Append(KeyFile);
        builder.Append(", CertBundleFile = ").Append(CertBundleFile).Append(", CaFile = ").Append(CaFile);
        builder.Append(", InsecureSkipVerify = ").Append(InsecureSkipVerify).Append(", Mode = ").Append(Mode);
        return true;
    }
}
