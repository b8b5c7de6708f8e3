namespace RideIngest.Integration.LocalServers;

internal static class Eventually
{
    public static async Task TrueAsync(Func<bool> condition, string expected, int seconds = 15)
    {
        for (var deadline = DateTime.UtcNow.AddSeconds(seconds); !condition(); await Task.Delay(20))
            Assert.True(DateTime.UtcNow < deadline, $"Not within {seconds} s: {expected}");
    }
}
