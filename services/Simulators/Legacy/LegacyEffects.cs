namespace RideIngest.Simulators.Legacy;

/// <summary>A labour cost as it was recorded first.</summary>
/// <param name="Key">The call's idempotency key; null if it had none.</param>
/// <param name="Calls">How many calls with the key were received. They have one effect.</param>
public sealed record LegacyEffect(
    string? Key, string EmployeeId, double HoursWorked, DateTimeOffset RecordedAt, DateTimeOffset ReceivedAt, int Calls);

/// <summary>The labour costs that were recorded last, by key.</summary>
internal sealed class LegacyEffects
{
    private const int Most = 1_000_000;

    private readonly Dictionary<string, LinkedListNode<LegacyEffect>> _byKey = [];
    private readonly LinkedList<LegacyEffect> _inOrder = [];

    /// <summary>Returns the effects for an employee, or all, in the order in which they were recorded.</summary>
    public IReadOnlyList<LegacyEffect> Of(string? employee)
    {
        lock (_byKey)
            return [.. _inOrder.Where(effect => employee is null || effect.EmployeeId == employee)];
    }

    public void Add(LegacyEffect effect)
    {
        lock (_byKey)
        {
            if (effect.Key is { } key && _byKey.TryGetValue(key, out var known))
            {
                known.Value = known.Value with { Calls = known.Value.Calls + 1 };
                return;
            }
            var node = _inOrder.AddLast(effect);
            if (effect.Key is not null)
                _byKey[effect.Key] = node;
            if (_inOrder.Count <= Most)
                return;
            if (_inOrder.First!.Value.Key is { } oldest)
                _byKey.Remove(oldest);
            _inOrder.RemoveFirst();
        }
    }
}
