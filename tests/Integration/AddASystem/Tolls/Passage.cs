using RideIngest.Records.Kinds;

namespace RideIngest.Integration.AddASystem.Tolls;

/// <summary>A vehicle passed a gate: the event that senders post.</summary>
public sealed record Passage : Record<string>
{
    public string Plate { get; init; } = "";

    public int Cents { get; init; }

    public DateTimeOffset At { get; init; }
}

internal sealed class PassageKind() : Kind<Passage>("passages", "tolls",
    Text(p => p.Plate, 16).Matching("^[A-Z0-9]{1,16}$", "1 to 16 capitals and digits"),
    Field(p => p.Cents).Between(1, 10_000),
    Field(p => p.At))
{
    public override Passage Sample { get; } = new()
    {
        Id = "A7-2026-11-29-1",
        Plate = "KA01AB1234",
        Cents = 450,
        At = new(2026, 11, 29, 8, 0, 0, TimeSpan.Zero),
    };
}
