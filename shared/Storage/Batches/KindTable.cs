using RideIngest.Records.Kinds;
using RideIngest.Storage.Postgres;

namespace RideIngest.Storage.Batches;

/// <summary>The table of a kind; its first columns are the kind's fields.</summary>
internal sealed class KindTable(Kind kind)
{
    /// <summary>The name with its schema: <c>rides.bookings</c>.</summary>
    public string Name { get; } = $"{kind.Schema}.{kind.Name}";

    /// <summary>Rows are copied and looked up, and never changed.</summary>
    public TableRights Rights => new(Name, "select, insert");

    /// <summary>The columns of the fields, in order.</summary>
    public string Columns { get; } = string.Join(", ", kind.Fields.Select(field => field.Name));
}
