using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features.Authentication;
using RideIngest.Hosting.Problems;

namespace RideIngest.Hosting.Access;

/// <summary>The identity of a request's sender from an API key or token, with its scopes.</summary>
public sealed class Caller : ClaimsIdentity
{
    private const string KeyScheme = "key";

    private readonly HashSet<string> _scopes;

    internal Caller(ApiKeySettings key, TimeProvider clock) : this(KeyScheme, key.Name, key.Scopes)
    {
        Rate = key.RecordsPerSecond > 0 ? new KeyRate(key.RecordsPerSecond, clock) : null;
        Hash = Convert.FromHexString(key.Sha256.AsSpan(0, 64));
    }

    internal Caller(string scheme, string name, IEnumerable<string> scopes) : base([new Claim(DefaultNameClaimType, name)], scheme)
    {
        _scopes = new(scopes, StringComparer.Ordinal);
        Principal = new(this);
    }

    /// <summary>The rate limit; null for none.</summary>
    public KeyRate? Rate { get; }

    internal IEnumerable<string> Scopes => _scopes;

    internal byte[] Hash { get; } = [];

    internal ClaimsPrincipal Principal { get; }

    /// <summary>The caller; null if no key is required.</summary>
    public static Caller? Of(HttpContext http) => http.Features.Get<IHttpAuthenticationFeature>()?.User?.Identity as Caller;

    /// <summary>The name under which a request is audited: the caller's, or <c>anyone</c> if no key is required.</summary>
    public static string NameOf(HttpContext http) => Of(http)?.Name ?? "anyone";

    public bool Allows(string scope) => _scopes.Contains(scope);

    /// <summary>The problem for a caller that lacks the scope.</summary>
    public Problem Forbid(string scope)
    {
        var who = AuthenticationType == KeyScheme ? "Key" : "The token of";
        return new(403, "forbidden", "The required scope is missing", $"{who} {Name} lacks the scope {scope}.");
    }

    /// <summary>Takes records off the caller's rate limit; returns a problem with Retry-After if the limit is used up.</summary>
    public Problem? Take(int records) => Rate is null || Rate.TryTake(records, out _)
        ? null
        : new Problem(429, "rate-limit", "The key's rate limit is used up")
        {
            Detail = $"Key {Name} may send {Rate.PerSecond} records per second (records_per_second in auth.keys).",
            Retryable = true,
            RetryAfter = Rate.NextTurn(),
        };
}
