using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Parking.Events;

/// <summary>A vehicle entered.</summary>
internal sealed record Entry : GateEvent
{
    public DateTimeOffset EntryDateTime { get; init; }

    public override bool IsExit => false;

    public override DateTimeOffset At => EntryDateTime;
}

internal sealed class EntryKind() : Kind<Entry>("entries", "parking",
    Text(entry => entry.VehiclePlate, Plate.LongestText),
    Field(entry => entry.EntryDateTime).OrUtc())
{
    public override Entry Sample { get; } = new()
    {
        Id = "north-7012",
        VehiclePlate = "KA01AB1234",
        EntryDateTime = new(2026, 11, 29, 8, 0, 0, TimeSpan.Zero),
    };

    protected override void Check(Entry record, ref FieldProblems problems) =>
        record.VehiclePlate = Plate.Check(record.VehiclePlate, ref problems);
}
