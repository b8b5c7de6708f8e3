using System.Text.Json.Serialization;

namespace RideIngest.Records.Kinds;

/// <summary>A record or an event. Its <see cref="Kind"/> defines its fields.</summary>
public abstract record Record
{
    /// <summary>The id, for messages and logs.</summary>
    [JsonIgnore]
    public abstract RecordId Key { get; }
}

/// <summary>A record whose id is a positive number (<c>long</c>), or text (<c>string</c>) in which an integer is accepted too.</summary>
public abstract record Record<TId> : Record
    where TId : notnull
{
    public TId Id { get; init; } = default!;

    [JsonIgnore]
    public sealed override RecordId Key => Id is long number ? new(number) : new(Id as string);
}
