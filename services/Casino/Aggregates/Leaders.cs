namespace RideIngest.Casino.Aggregates;

/// <summary>A count for each player, none of which ever falls, and who leads.</summary>
internal sealed class Leaders
{
    private readonly Dictionary<long, decimal> _counts = [];

    /// <summary>Ties go to the lower id.</summary>
    public Top? Top { get; private set; }

    public void Add(long player, decimal count)
    {
        var sum = _counts[player] = _counts.GetValueOrDefault(player) + count;
        if (Top is null || sum > Top.Count || (sum == Top.Count && player <= Top.Id))
            Top = new(player, sum);
    }

    public IEnumerable<Top> First(int players) =>
        _counts
            .OrderByDescending(count => count.Value)
            .ThenBy(count => count.Key)
            .Take(players)
            .Select(count => new Top(count.Key, count.Value));

    public void Clear()
    {
        _counts.Clear();
        Top = null;
    }
}
