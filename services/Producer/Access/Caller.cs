using RideIngest.Producer.Limits;

namespace RideIngest.Producer.Access;

/// <summary>Who has an API key, and what it allows.</summary>
internal sealed class Caller(ApiKeySettings key, TimeProvider clock)
{
    public string Name => key.Name;

    public byte[] Hash { get; } = Convert.FromHexString(key.Sha256);

    public HashSet<string> Scopes { get; } = new(key.Scopes, StringComparer.Ordinal);

    /// <summary>Null when the key has no limit.</summary>
    public KeyRate? Rate { get; } = key.RecordsPerSecond > 0 ? new KeyRate(key.RecordsPerSecond, clock) : null;
}
