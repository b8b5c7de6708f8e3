namespace RideIngest.Records.Kinds;

/// <summary>A record to store. Its <see cref="Kind"/> defines its fields; every record has a positive id.</summary>
public abstract record Record
{
    public long Id { get; init; }
}
