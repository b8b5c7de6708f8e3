using RideIngest.Records.Kinds;
using Record = RideIngest.Records.Kinds.Record;

namespace RideIngest.Integration.Storage.Tickets;

/// <summary>A kind that exists only here: a folder with a record, its fields and its SQL.</summary>
public sealed record Ticket : Record<long>
{
    public string Seat { get; init; } = "";
    public int? Price { get; init; }
}

public sealed class TicketTable() : Kind<Ticket>("tickets", "tests", Text(t => t.Seat, 2000), Field(t => t.Price))
{
    public override Ticket Sample { get; } = new() { Id = 1, Seat = "12A", Price = 40 };
}
