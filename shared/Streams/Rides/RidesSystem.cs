namespace RideIngest.Streams.Rides;

/// <summary>What the rides system and its one stage are called where all systems share a table.</summary>
public static class RidesSystem
{
    public const string Name = "rides";

    public const string StoreStage = "store";
}
