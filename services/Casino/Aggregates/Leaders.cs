namespace RideIngest.Casino.Aggregates;

/// <summary>
/// Sums per player and finds the five highest; a sum never falls. Exact for up to <see cref="MostPlayers"/> players; beyond that, the lower
/// half is forgotten.
/// </summary>
internal sealed class Leaders(int mostPlayers = Leaders.MostPlayers)
{
    public const int MostPlayers = 100_000;

    private const int Leading = 5;

    private readonly Dictionary<long, decimal> _counts = [];

    // Highest first; ties are ordered by id.
    private readonly List<Top> _first = [];

    public Top? Top => _first.Count > 0 ? _first[0] : null;

    public IReadOnlyList<Top> First => [.. _first];

    public void Add(long player, decimal count)
    {
        if (_counts.Count == mostPlayers && !_counts.ContainsKey(player))
            Forget();
        var sum = _counts[player] = _counts.GetValueOrDefault(player) + count;
        Rank(new Top(player, sum));
    }

    public void Clear()
    {
        _counts.Clear();
        _first.Clear();
    }

    private void Rank(Top changed)
    {
        if (_first.Count == Leading && !IsAhead(changed, _first[^1]) && _first[^1].Id != changed.Id)
            return;
        _first.RemoveAll(top => top.Id == changed.Id);
        var at = _first.FindIndex(top => IsAhead(changed, top));
        _first.Insert(at < 0 ? _first.Count : at, changed);
        if (_first.Count > Leading)
            _first.RemoveAt(Leading);
    }

    private static bool IsAhead(Top one, Top other) => one.Count > other.Count || (one.Count == other.Count && one.Id < other.Id);

    private void Forget()
    {
        foreach (var (player, _) in _counts.OrderBy(count => count.Value).Take(mostPlayers / 2).ToList())
        {
            if (!_first.Exists(top => top.Id == player))
                _counts.Remove(player);
        }
    }
}
