namespace NATS.Client.Core;

/// <summary>Who this connection says it is. Not a record: it must not print itself.</summary>
internal sealed class Credentials
{
    public string? Username { get; private init; }

    public string? Password { get; private init; }

    public string? Token { get; private init; }

    /// <summary>In this order: the callback, the options, what stood in the first URL.</summary>
    public static async ValueTask<Credentials> ResolveAsync(NatsAuthOpts opts, string userInfo, Uri server, CancellationToken cancellationToken)
    {
        if (opts.NeedsKeys)
            throw KeysNotSupported();
        if (opts.AuthCredCallback is { } ask)
        {
            var answer = await ask(server, cancellationToken).ConfigureAwait(false);
            if (answer.NeedsKeys)
                throw KeysNotSupported();
            return new Credentials { Username = answer.Username, Password = answer.Password, Token = answer.Token };
        }

        if (userInfo.Length == 0 || !opts.IsAnonymous)
            return new Credentials { Username = opts.Username, Password = opts.Password, Token = opts.Token };
        var colon = userInfo.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? new Credentials { Token = Uri.UnescapeDataString(userInfo) }
            : new Credentials
            {
                Username = Uri.UnescapeDataString(userInfo[..colon]),
                Password = Uri.UnescapeDataString(userInfo[(colon + 1)..]),
            };
    }

    private static NatsException KeysNotSupported() => new(
        "NKeys, JWTs and credential files are not supported by this client; build with -p:NatsNet=package to use the NATS.Net package, which knows them");
}
