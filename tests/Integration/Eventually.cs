using System.Diagnostics;

namespace RideIngest.Integration;

/// <summary>Waits for a condition, with a deadline.</summary>
internal static class Eventually
{
    public static async Task True(Func<Task<bool>> condition, int seconds = 30)
    {
        var since = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            Assert.True(Stopwatch.GetElapsedTime(since).TotalSeconds < seconds, $"Not within {seconds} s.");
            await Task.Delay(20);
        }
    }
}
