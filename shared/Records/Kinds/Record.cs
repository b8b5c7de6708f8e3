namespace RideIngest.Records.Kinds;

/// <summary>One thing to keep. What it consists of is its <see cref="Kind"/>'s affair; an id, greater than 0, they all have.</summary>
public abstract record Record
{
    public long Id { get; init; }
}
