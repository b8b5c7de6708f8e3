using System.Diagnostics;

namespace RideIngest.Hosting.Processes;

/// <summary>Waits for work that was told to end.</summary>
public static class Leaving
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>Ends with the work; or, false, when nothing more is to be expected of it, or when the time to stop is up.</summary>
    /// <param name="patience">How long it may take as things are now. Asked again and again.</param>
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
