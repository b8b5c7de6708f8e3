using System.Security.Cryptography;
using System.Text;
using RideIngest.Platform.Hosting;
using RideIngest.Producer.Answers;
using RideIngest.Producer.Limits;
using RideIngest.Records;

namespace RideIngest.Producer.Access;

/// <summary>Who may do what. A key is known by its hash, and compared with all of them in constant time.</summary>
internal sealed class ApiKeys
{
    public const string Read = "read";
    public const string Ops = "ops";

    private const string Header = "X-Api-Key";
    private const string Bearer = "Bearer ";
    private const int LongestKey = 512;

    private readonly AuthMode _mode;
    private readonly Caller[] _callers;

    /// <exception cref="StartupException">The settings contradict each other.</exception>
    public ApiKeys(AuthSettings settings, HostingSettings hosting, Catalog catalog, TimeProvider clock)
    {
        string[] known = [.. catalog.Kinds.Select(Write), Read, Ops];
        foreach (var key in settings.Keys)
        {
            foreach (var scope in key.Scopes.Except(known))
                throw new StartupException($"auth.keys: the key {key.Name} has the scope {scope}, which does not exist. There are {string.Join(", ", known)}.");
        }
        if (settings.Mode == AuthMode.Keys && settings.Keys.Count == 0)
            throw new StartupException("auth.mode is keys and auth.keys has none, so that nobody could do anything. Add one, or set auth.mode to none.");
        if (settings is { Mode: AuthMode.None, Open: false } && hosting.Urls.Split(';').FirstOrDefault(url => !new Uri(url.Replace("*", "0.0.0.0", StringComparison.Ordinal).Replace("+", "0.0.0.0", StringComparison.Ordinal)).IsLoopback) is { } url)
            throw new StartupException($"auth.mode is none, and {url} can be reached from other machines. Set auth.mode to keys, or auth.open to true if something before it keeps strangers out.");
        _mode = settings.Mode;
        _callers = [.. settings.Keys.Select(key => new Caller(key, clock))];
    }

    public static string Write(Kind kind) => $"{kind.Name}:write";

    /// <summary>Why the request may not go on, or null; and whose it is, if keys are asked for.</summary>
    public HttpProblem? Refuse(HttpRequest request, string scope, out Caller? caller, string? orScope = null)
    {
        caller = null;
        if (_mode == AuthMode.None)
            return null;
        var key = KeyOf(request);
        if (key.IsEmpty)
            return Refusals.Unauthorized("Send an API key as 'Authorization: Bearer …' or 'X-Api-Key: …'.");
        caller = Find(key);
        if (caller is null)
            return Refusals.Unauthorized("The API key is not known here.");
        return caller.Scopes.Contains(scope) || (orScope is not null && caller.Scopes.Contains(orScope)) ? null : Refusals.Forbidden(caller.Name, scope);
    }

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
}
