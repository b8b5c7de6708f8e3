using RideIngest.Records.Kinds;

namespace RideIngest.Parking.Events;

internal enum VisitState
{
    /// <summary>Its entry was found.</summary>
    Paired,

    /// <summary>An operator named its entry.</summary>
    Confirmed,

    /// <summary>It had an entry, and has none any more.</summary>
    Withdrawn,
}

/// <summary>A version of a visit. Its id is that of its exit.</summary>
internal sealed record Visit : Record<string>
{
    /// <summary>The first is 1, and each change raises it.</summary>
    public int Version { get; init; }

    public VisitState State { get; init; }

    public string VehiclePlate { get; init; } = "";

    /// <summary>Null when it is withdrawn.</summary>
    public DateTimeOffset? EntryDateTime { get; init; }

    public DateTimeOffset ExitDateTime { get; init; }

    /// <summary>When the stream took the event that made this version.</summary>
    public DateTimeOffset AcceptedAt { get; init; }

    /// <summary>Null when it is withdrawn.</summary>
    public TimeSpan? Duration => ExitDateTime - EntryDateTime;
}

internal sealed class VisitKind() : Kind<Visit>("visits", "parking",
    Field(visit => visit.Version).AtLeast(1),
    Choice(visit => visit.State),
    Text(visit => visit.VehiclePlate, Plate.LongestText),
    Field(visit => visit.EntryDateTime),
    Field(visit => visit.ExitDateTime),
    Field(visit => visit.AcceptedAt))
{
    public override Visit Sample { get; } = new()
    {
        Id = "south-3391",
        Version = 1,
        State = VisitState.Paired,
        VehiclePlate = "KA01AB1234",
        EntryDateTime = new(2026, 11, 29, 8, 0, 0, TimeSpan.Zero),
        ExitDateTime = new(2026, 11, 29, 9, 2, 3, TimeSpan.Zero),
        AcceptedAt = new(2026, 11, 29, 9, 2, 4, TimeSpan.Zero),
    };
}
