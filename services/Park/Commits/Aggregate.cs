namespace RideIngest.Park.Commits;

/// <summary>The values of <c>aggregate_root</c>.</summary>
internal static class Aggregate
{
    public const string Customer = "customer";
    public const string Ride = "ride";
}
