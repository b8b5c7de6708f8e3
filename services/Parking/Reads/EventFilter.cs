using RideIngest.Hosting.Endpoints;
using RideIngest.Parking.Events;

namespace RideIngest.Parking.Reads;

/// <summary>What a list shows.</summary>
/// <param name="Plate">As it is stored; null for all.</param>
internal sealed record EventFilter(string? Plate, string? State, EventCursor? After, int Limit)
{
    /// <param name="states">The states that may be asked for; none if there is no such parameter.</param>
    public static EventFilter Read(QueryReader query, params string[] states)
    {
        var plate = query.Text("plate", most: Events.Plate.LongestText);
        if (plate is not null && !Events.Plate.TryRead(plate, out plate))
            query.Wrong("plate", "must have 1 to 16 letters and digits");
        var state = states.Length == 0 ? null : query.Text("state");
        if (state is not null && !states.Contains(state))
            query.Wrong("state", $"must be one of {string.Join(", ", states)}");
        return new(plate, state, query.Cursor<EventCursor>(EventCursor.Parse), query.Number("limit", usual: 100, most: 1000));
    }
}
