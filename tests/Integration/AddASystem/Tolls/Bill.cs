using RideIngest.Records.Kinds;

namespace RideIngest.Integration.AddASystem.Tolls;

/// <summary>An account reached the amount that is billed: the event between the two stages. Its id is that of the last passage.</summary>
public sealed record Bill : Record<string>
{
    public string Plate { get; init; } = "";

    public int Cents { get; init; }
}

internal sealed class BillKind() : Kind<Bill>("bills", "tolls", Text(b => b.Plate, 16), Field(b => b.Cents).AtLeast(1))
{
    public override Bill Sample { get; } = new() { Id = "A7-2026-11-29-1", Plate = "KA01AB1234", Cents = 1350 };
}
