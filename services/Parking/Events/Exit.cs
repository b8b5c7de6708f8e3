using RideIngest.Records.Fields;
using RideIngest.Records.Kinds;

namespace RideIngest.Parking.Events;

/// <summary>A vehicle left.</summary>
internal sealed record Exit : GateEvent
{
    public DateTimeOffset ExitDateTime { get; init; }

    public override bool IsExit => true;

    public override DateTimeOffset At => ExitDateTime;
}

internal sealed class ExitKind() : Kind<Exit>("exits", "parking",
    Text(exit => exit.VehiclePlate, Plate.LongestText),
    Field(exit => exit.ExitDateTime).OrUtc())
{
    public override Exit Sample { get; } = new()
    {
        Id = "south-3391",
        VehiclePlate = "KA01AB1234",
        ExitDateTime = new(2026, 11, 29, 9, 2, 3, TimeSpan.Zero),
    };

    protected override void Check(Exit record, ref FieldProblems problems) =>
        record.VehiclePlate = Plate.Check(record.VehiclePlate, ref problems);
}
