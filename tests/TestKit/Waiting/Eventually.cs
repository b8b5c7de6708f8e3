using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace RideIngest.TestKit.Waiting;

/// <summary>Waits for a condition. One that has not come true within <see cref="Deadlines.Hang"/> fails the test.</summary>
public static class Eventually
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    public static async Task True(Func<Task<bool>> condition, [CallerArgumentExpression(nameof(condition))] string expected = "")
    {
        var since = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(since) > Deadlines.Hang)
                throw new TimeoutException($"Not within {Deadlines.Hang}: {expected}");
            await Task.Delay(Look);
        }
    }

    public static Task True(Func<bool> condition, [CallerArgumentExpression(nameof(condition))] string expected = "") =>
        True(() => Task.FromResult(condition()), expected);
}
