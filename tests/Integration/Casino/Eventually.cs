namespace RideIngest.Integration.Casino;

/// <summary>As elsewhere, with time for several processes to start.</summary>
internal static class Eventually
{
    public static Task True(Func<Task<bool>> condition) => Integration.Eventually.True(condition, seconds: 45);
}
