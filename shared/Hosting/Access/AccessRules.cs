using Microsoft.Extensions.Logging;
using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Access;

/// <summary>Rejects contradictions in the section <c>auth</c>.</summary>
internal static partial class AccessRules
{
    /// <exception cref="StartupException">The settings contradict each other.</exception>
    public static void Check(AuthSettings settings, HostingSettings hosting, IEnumerable<KnownScope> scopes, ILogger logger)
    {
        CheckScopes(settings, [.. scopes.Select(scope => scope.Name).Distinct()], logger);
        if (settings.Jwt is { IsOn: true, Audience: null })
            throw new StartupException(
                "auth.jwt has an authority but no audience, so tokens for any audience would be accepted. "
                + "Set auth.jwt.audience.");
        if (settings.Jwt is { IsOn: true, KeyFile: null } fetched
            && new Uri(fetched.Authority!) is { IsLoopback: false, Scheme: not "https" })
            throw new StartupException(
                "auth.jwt.authority is not an https URL, so a man in the middle could supply keys. "
                + "Use https, or set auth.jwt.key_file.");
        if (settings.Jwt is { IsOn: false } jwt && (jwt.Audience is not null || jwt.KeyFile is not null || jwt.Roles.Count > 0))
            throw new StartupException(
                "auth.jwt has no authority, so no token would be accepted. "
                + "Set auth.jwt.authority, or remove the other keys.");
        var any = settings.Keys.Count > 0 || settings.Jwt.IsOn;
        if (settings.Mode == AuthMode.Keys && !any)
            throw new StartupException(
                "auth.mode is keys but auth.keys is empty, so no request would be allowed. "
                + "Add a key, or set auth.mode to none.");
        if (settings.Mode == AuthMode.None && any)
            throw new StartupException(
                "auth.keys or auth.jwt is set but auth.mode is none, so no key would be required. "
                + "Set auth.mode to keys, or remove them.");
        if (settings is { Mode: AuthMode.None, Open: false } && hosting.Urls.Split(';').FirstOrDefault(url => !IsLoopback(url)) is { } url)
            throw new StartupException(
                $"auth.mode is none, and {url} can be reached from other machines. "
                + "Set auth.mode to keys, or auth.open to true if a firewall or proxy restricts access.");
        if (settings is { Mode: AuthMode.None, Open: false })
            OpenHere(logger);
        else if (settings.Mode == AuthMode.None)
            OpenToAll(logger);
    }

    private static void CheckScopes(AuthSettings settings, string[] known, ILogger logger)
    {
        var given = settings.Keys.SelectMany(key => key.Scopes.Select(scope => (From: $"auth.keys: the key {key.Name}", Scope: scope)))
            .Concat(settings.Jwt.Roles.SelectMany(role =>
                role.Value.Select(scope => (From: $"auth.jwt.roles: the role {role.Key}", Scope: scope))));
        var foreign = given.Where(pair => !known.Contains(pair.Scope)).ToList();
        foreach (var (from, scope) in foreign.Where(pair => NearestName.Of(Subject(pair.Scope), known.Select(Subject)) is not null))
            throw new StartupException($"{from} has the scope {scope}, which does not exist. There are {string.Join(", ", known)}.");
        if (foreign.Count > 0)
            ForeignScopes(logger, string.Join(", ", foreign.Select(pair => pair.Scope).Distinct()));
    }

    // The part before the colon, such as bookings in bookings:write: the rest is the same in all write scopes.
    private static string Subject(string scope) => string.Concat(scope.TakeWhile(char.IsAsciiLetter));

    private static bool IsLoopback(string url) =>
        new Uri(url.Replace("*", "0.0.0.0", StringComparison.Ordinal).Replace("+", "0.0.0.0", StringComparison.Ordinal)).IsLoopback;

    // No warning, because one configuration may serve several processes; a misspelled scope is an error.
    [LoggerMessage(1010, LogLevel.Information, "Scopes in auth.keys and auth.jwt that no endpoint of this process needs: {Scopes}")]
    private static partial void ForeignScopes(ILogger logger, string scopes);

    [LoggerMessage(1011, LogLevel.Information, "auth.mode is none: anyone on this machine may read and write")]
    private static partial void OpenHere(ILogger logger);

    [LoggerMessage(1012, LogLevel.Information, "auth.mode is none and auth.open is true: anyone who can connect may read and write")]
    private static partial void OpenToAll(ILogger logger);
}
