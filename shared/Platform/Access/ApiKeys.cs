using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using RideIngest.Platform.Config;
using RideIngest.Platform.Hosting;

namespace RideIngest.Platform.Access;

/// <summary>Who may do what. A key is known by its hash, and compared with all of them in constant time.</summary>
public sealed partial class ApiKeys
{
    private const string Header = "X-Api-Key";
    private const string Bearer = "Bearer ";
    private const int LongestKey = 512;

    private readonly AuthMode _mode;
    private readonly Caller[] _callers;

    /// <exception cref="StartupException">The settings contradict each other.</exception>
    public ApiKeys(AuthSettings settings, HostingSettings hosting, IEnumerable<KnownScope> scopes, TimeProvider clock, ILogger<ApiKeys> logger)
    {
        string[] known = [.. scopes.Select(scope => scope.Name).Distinct()];
        var foreign = settings.Keys.SelectMany(key => key.Scopes.Except(known).Select(scope => (Key: key.Name, Scope: scope))).ToList();
        foreach (var (key, scope) in foreign.Where(given => NearestName.Of(Subject(given.Scope), known.Select(Subject)) is not null))
            throw new StartupException($"auth.keys: the key {key} has the scope {scope}, which does not exist. There are {string.Join(", ", known)}.");
        if (foreign.Count > 0) ForeignScopes(logger, string.Join(", ", foreign.Select(given => given.Scope).Distinct()));
        if (settings.Mode == AuthMode.Keys && settings.Keys.Count == 0)
            throw new StartupException("auth.mode is keys and auth.keys has none, so that nobody could do anything. Add one, or set auth.mode to none.");
        if (settings.Mode == AuthMode.None && settings.Keys.Count > 0)
            throw new StartupException("auth.keys has keys and auth.mode is none, so that nobody would be asked for one. Set auth.mode to keys, or take them out.");
        if (settings is { Mode: AuthMode.None, Open: false } && hosting.Urls.Split(';').FirstOrDefault(url => !new Uri(url.Replace("*", "0.0.0.0", StringComparison.Ordinal).Replace("+", "0.0.0.0", StringComparison.Ordinal)).IsLoopback) is { } url)
            throw new StartupException($"auth.mode is none, and {url} can be reached from other machines. Set auth.mode to keys, or auth.open to true if something before it keeps strangers out.");
        _mode = settings.Mode;
        _callers = [.. settings.Keys.Select(key => new Caller(key, clock))];
    }

    /// <summary>Why the request may not go on, or null; and whose it is, if keys are asked for.</summary>
    public Problem? Refuse(HttpRequest request, string scope, out Caller? caller, string? orScope = null)
    {
        caller = null;
        if (_mode == AuthMode.None)
            return null;
        var key = KeyOf(request);
        if (key.IsEmpty)
            return Problem.OfStatus(401) with { Detail = "Send an API key as 'Authorization: Bearer …' or 'X-Api-Key: …'." };
        caller = Find(key);
        if (caller is null)
            return Problem.OfStatus(401) with { Detail = "The API key is not known here." };
        return caller.Scopes.Contains(scope) || (orScope is not null && caller.Scopes.Contains(orScope))
            ? null : new Problem(403, "forbidden", "The key does not allow this", $"Key {caller.Name} lacks the scope {scope}.");
    }

    // The bookings of bookings:write: all scopes to write resemble each other in the rest.
    private static string Subject(string scope) => string.Concat(scope.TakeWhile(char.IsAsciiLetter));

    private static ReadOnlySpan<char> KeyOf(HttpRequest request)
    {
        if (request.Headers[Header] is [{ Length: > 0 } key])
            return key;
        return request.Headers.Authorization is [{ } authorization] && authorization.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? authorization.AsSpan(Bearer.Length).Trim() : default;
    }

    private Caller? Find(ReadOnlySpan<char> key)
    {
        if (key.Length > LongestKey)
            return null;
        Span<byte> bytes = stackalloc byte[LongestKey * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(bytes[..Encoding.UTF8.GetBytes(key, bytes)], hash);

        // All of them are compared, so that the time tells nothing of which one came close.
        Caller? found = null;
        foreach (var caller in _callers)
        {
            if (CryptographicOperations.FixedTimeEquals(caller.Hash, hash))
                found = caller;
        }
        return found;
    }

    // One file serves all processes, so they may be another one's.
    [LoggerMessage(1010, LogLevel.Warning, "Nothing in this process asks for these scopes of auth.keys: {Scopes}")]
    private static partial void ForeignScopes(ILogger logger, string scopes);
}
