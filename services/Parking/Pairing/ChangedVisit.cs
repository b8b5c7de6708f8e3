using System.Diagnostics;
using System.Globalization;
using Npgsql;
using RideIngest.Parking.Events;
using RideIngest.Streams.Stages;

namespace RideIngest.Parking.Pairing;

/// <summary>Reads the visits that a statement of <see cref="PairingSql"/> changed.</summary>
internal static class ChangedVisit
{
    /// <param name="trace">The trace of the event or request that changed it.</param>
    /// <param name="acceptedAt">When that was accepted.</param>
    public static (EventOrigin From, Visit Visit) Read(NpgsqlDataReader row, ActivityContext trace, DateTimeOffset acceptedAt)
    {
        var (isPaired, byHand) = (row.GetBoolean(3), row.GetBoolean(4));
        var visit = new Visit
        {
            Id = row.GetString(0),
            Version = row.GetInt32(1),
            VehiclePlate = row.GetString(2),
            State = !isPaired ? VisitState.Withdrawn : byHand ? VisitState.Confirmed : VisitState.Paired,
            EntryDateTime = row.IsDBNull(5) ? null : row.GetFieldValue<DateTimeOffset>(5),
            ExitDateTime = row.GetFieldValue<DateTimeOffset>(6),
            AcceptedAt = acceptedAt,
        };
        return (new(string.Create(CultureInfo.InvariantCulture, $"visit-{visit.Id}-{visit.Version}"), trace), visit);
    }
}
