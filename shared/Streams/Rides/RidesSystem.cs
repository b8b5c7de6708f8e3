namespace RideIngest.Streams.Rides;

/// <summary>The names of the rides system and its one stage in tables that all systems share.</summary>
public static class RidesSystem
{
    public const string Name = "rides";

    public const string StoreStage = "store";
}
