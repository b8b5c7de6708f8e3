using System.Diagnostics;

namespace RideIngest.Storage.Outbox;

/// <summary>Keys with an event that failed to publish. They pause for a while, so that other keys can continue.</summary>
internal sealed class RestingKeys
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, long> _since = [];

    public int Count => _since.Count;

    public IReadOnlyCollection<string> All => _since.Keys;

    /// <summary>The time until the first key is retried; null if there is none.</summary>
    public TimeSpan? Left => _since.Count == 0 ? null : Rest - _since.Values.Max(since => Stopwatch.GetElapsedTime(since));

    public void Add(string key) => _since[key] = Stopwatch.GetTimestamp();

    public void Clear() => _since.Clear();

    /// <summary>Removes the keys whose pause is over.</summary>
    public void Wake()
    {
        foreach (var (key, since) in _since)
        {
            if (Stopwatch.GetElapsedTime(since) >= Rest)
                _since.Remove(key);
        }
    }
}
