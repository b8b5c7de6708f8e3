using System.Diagnostics;
using System.Globalization;

namespace RideIngest.Integration.BadInput;

/// <summary>
/// Runs a case for one seed after another, several at once. RIDEINGEST_FUZZ_SEED is the first seed; RIDEINGEST_FUZZ_MINUTES runs for so
/// long instead of the usual number of cases.
/// </summary>
internal static class Fuzz
{
    private const int AtOnce = 8;
    private const long MostGrowth = 256L * 1024 * 1024;

    private static readonly int First = (int)Setting("RIDEINGEST_FUZZ_SEED", 1);
    private static readonly double Minutes = Setting("RIDEINGEST_FUZZ_MINUTES", 0);

    /// <returns>How many cases were run.</returns>
    public static async Task<int> RunAsync(int cases, Func<Random, Task> one)
    {
        var (since, seed) = (Stopwatch.GetTimestamp(), First - 1);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        using var failed = new CancellationTokenSource();
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(_ => Task.Run(async () =>
        {
            while (!failed.IsCancellationRequested && Interlocked.Increment(ref seed) is var mine && (Minutes > 0
                ? Stopwatch.GetElapsedTime(since).TotalMinutes < Minutes
                : mine < First + cases))
                await OneAsync(mine, one, failed);
        })));

        // Beside other tests the process's memory is theirs as well.
        if (Minutes > 0)
            Assert.InRange(GC.GetTotalMemory(forceFullCollection: true) - before, long.MinValue, MostGrowth);
        return seed - First - AtOnce + 1;
    }

    private static async Task OneAsync(int seed, Func<Random, Task> one, CancellationTokenSource failed)
    {
        try
        {
            await one(new Random(seed));
        }
        catch (Exception e)
        {
            await failed.CancelAsync();
            Assert.Fail($"RIDEINGEST_FUZZ_SEED={seed} shows it: {e}");
        }
    }

    private static double Setting(string name, double otherwise) =>
        double.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : otherwise;
}
