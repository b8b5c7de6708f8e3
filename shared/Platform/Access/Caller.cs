using RideIngest.Platform.Hosting;

namespace RideIngest.Platform.Access;

/// <summary>Who has an API key, and what it allows.</summary>
public sealed class Caller(ApiKeySettings key, TimeProvider clock)
{
    public string Name => key.Name;

    public HashSet<string> Scopes { get; } = new(key.Scopes, StringComparer.Ordinal);

    /// <summary>Null when the key has no limit.</summary>
    public KeyRate? Rate { get; } = key.RecordsPerSecond > 0 ? new KeyRate(key.RecordsPerSecond, clock) : null;

    internal byte[] Hash { get; } = Convert.FromHexString(key.Sha256);

    /// <summary>Takes so many records off the key's rate; says why not when that is used up.</summary>
    public Problem? Take(int records) => Rate?.TryTake(records, out var retryAfter) == false
        ? new Problem(429, "rate-limit", "The key's rate limit is used up", $"Key {Name} has a limit of its own.") { Retryable = true, RetryAfter = retryAfter }
        : null;
}
