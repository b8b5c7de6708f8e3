using System.Collections.Immutable;

namespace RideIngest.Park.Folds;

/// <summary>The people who wait for a ride, in order. Each change and each question takes logarithmic time.</summary>
internal sealed class WaitingLine
{
    public static readonly WaitingLine Empty = new(
        ImmutableSortedSet.Create<Place>(Comparer<Place>.Create((one, other) => one.Number.CompareTo(other.Number))),
        ImmutableDictionary<long, Place>.Empty, 1);

    private readonly ImmutableSortedSet<Place> _places;
    private readonly ImmutableDictionary<long, Place> _byCustomer;
    private readonly long _next;

    private WaitingLine(ImmutableSortedSet<Place> places, ImmutableDictionary<long, Place> byCustomer, long next) =>
        (_places, _byCustomer, _next) = (places, byCustomer, next);

    public int Count => _places.Count;

    public Place? First => _places.IsEmpty ? null : _places[0];

    /// <summary>The places, the first one first.</summary>
    public IReadOnlyList<Place> Places => _places;

    public static WaitingLine Of(IEnumerable<(long Customer, DateTimeOffset Since)> places) =>
        places.Aggregate(Empty, (line, place) => line.Join(place.Customer, place.Since));

    public WaitingLine Join(long customer, DateTimeOffset at)
    {
        var place = new Place(_next, customer, at);
        return new(_places.Add(place), _byCustomer.Add(customer, place), _next + 1);
    }

    public WaitingLine Leave(long customer) => _byCustomer.TryGetValue(customer, out var place)
        ? new(_places.Remove(place), _byCustomer.Remove(customer), _next)
        : this;

    /// <summary>The number of people before a customer; null if the customer does not wait here.</summary>
    public int? Ahead(long customer) => _byCustomer.TryGetValue(customer, out var place) ? _places.IndexOf(place) : null;

    /// <summary>At most so many of those who waited at this time, the first one first.</summary>
    public IReadOnlyList<long> FirstBefore(DateTimeOffset at, int most)
    {
        var first = new List<long>(Math.Min(most, Count));
        for (var i = 0; i < Count && first.Count < most && _places[i].Since <= at; i++)
            first.Add(_places[i].Customer);
        return first;
    }
}

/// <param name="Number">Of the order.</param>
internal sealed record Place(long Number, long Customer, DateTimeOffset Since);
