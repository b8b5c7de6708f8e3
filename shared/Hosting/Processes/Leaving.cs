using System.Diagnostics;

namespace RideIngest.Hosting.Processes;

/// <summary>Waits for work to finish during shutdown.</summary>
public static class Leaving
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Returns true when the work is done; false when the patience or the time to stop runs out.</summary>
    /// <param name="patience">How long the work may still take. Called repeatedly.</param>
    public static async Task<bool> FinishedAsync(Task work, Func<TimeSpan> patience, CancellationToken cancellationToken)
    {
        for (var since = Stopwatch.GetTimestamp(); !work.IsCompleted; await Task.WhenAny(work, Task.Delay(Look, CancellationToken.None)))
        {
            if (cancellationToken.IsCancellationRequested || Stopwatch.GetElapsedTime(since) > patience())
                return false;
        }
        await work;
        return true;
    }
}
