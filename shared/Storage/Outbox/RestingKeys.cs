using System.Diagnostics;

namespace RideIngest.Storage.Outbox;

/// <summary>Keys of which an event was not published: they are left alone for a while, and hold no other key up.</summary>
internal sealed class RestingKeys
{
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, long> _since = [];

    public int Count => _since.Count;

    public IReadOnlyCollection<string> All => _since.Keys;

    /// <summary>The time until the first of them is tried again; null if there is none.</summary>
    public TimeSpan? Left => _since.Count == 0 ? null : Rest - _since.Values.Max(since => Stopwatch.GetElapsedTime(since));

    public bool Has(string key) => _since.ContainsKey(key);

    public void Add(string key) => _since[key] = Stopwatch.GetTimestamp();

    public void Clear() => _since.Clear();

    /// <summary>Lets those go that have rested.</summary>
    public void Wake()
    {
        foreach (var (key, since) in _since)
        {
            if (Stopwatch.GetElapsedTime(since) >= Rest)
                _since.Remove(key);
        }
    }
}
