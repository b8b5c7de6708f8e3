using RideIngest.Records.Kinds;

namespace RideIngest.Storage.Batches;

/// <summary>Where records of a kind are stored: a table whose first columns are the kind's fields.</summary>
internal sealed class KindTable(Kind kind)
{
    /// <summary>With its schema: <c>rides.bookings</c>.</summary>
    public string Name { get; } = $"{kind.Schema}.{kind.Name}";

    /// <summary>The fields' columns, in their order.</summary>
    public string Columns { get; } = string.Join(", ", kind.Fields.Select(field => field.Name));
}
