using RideIngest.Hosting.Endpoints;
using RideIngest.Parking.Events;

namespace RideIngest.Parking.Reads;

/// <summary>What a list shows.</summary>
/// <param name="Plate">As it is stored; null for all.</param>
internal sealed record ListFilter<TCursor>(string? Plate, string? State, TCursor? After, int Limit)
    where TCursor : struct;

/// <summary>Reads what a list shows from the query.</summary>
internal static class ListFilters
{
    /// <param name="states">The states that may be asked for; none if there is no such parameter.</param>
    public static ListFilter<TCursor> Filter<TCursor>(this QueryReader query, Func<string, TCursor?> cursor, params string[] states)
        where TCursor : struct
    {
        var plate = query.Text("plate", most: Plate.LongestText);
        if (plate is not null && !Plate.TryRead(plate, out plate))
            query.Wrong("plate", "must have 1 to 16 letters and digits");
        var state = states.Length == 0 ? null : query.Text("state");
        if (state is not null && !states.Contains(state))
            query.Wrong("state", $"must be one of {string.Join(", ", states)}");
        return new(plate, state, query.Cursor(cursor), query.Number("limit", usual: 100, most: 1000));
    }
}
