using System.Diagnostics;
using System.Globalization;

namespace RideIngest.Benchmarks.Bookings;

/// <summary>Single records, one per request, from wrk: one thread of it, so many connections.</summary>
internal static class Wrk
{
    public static void EnsureIsHere()
    {
        try
        {
            using var wrk = Process.Start(new ProcessStartInfo("wrk", ["--version"])
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
            wrk.WaitForExit();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InvalidOperationException(
                "The load of single bookings comes from wrk, which is not in the PATH: apt-get install wrk", e);
        }
    }

    /// <param name="script">What makes the requests.</param>
    public static async Task<Measured> RunAsync(
        string url, int connections, double seconds, Ids ids, string script = "bookings.lua")
    {
        const int RequestsPerSecondAtMost = 1_000_000;
        var most = (long)(RequestsPerSecondAtMost * seconds);
        var first = ids.Take(most);
        var start = new ProcessStartInfo("wrk",
        [
            "-t1", string.Create(CultureInfo.InvariantCulture, $"-c{connections}"),
            string.Create(CultureInfo.InvariantCulture, $"-d{seconds}s"),
            "--timeout", "10s", "-s", Path.Combine(AppContext.BaseDirectory, script), url, "--", string.Create(CultureInfo.InvariantCulture, $"{first}"),
        ])
        { RedirectStandardOutput = true };
        using var wrk = Process.Start(start)!;
        var said = await wrk.StandardOutput.ReadToEndAsync();
        await wrk.WaitForExitAsync();
        if (said.Split('\n').FirstOrDefault(line => line.StartsWith("RESULT ", StringComparison.Ordinal)) is not { } result)
            throw new InvalidOperationException($"wrk gave no result for {url}: {said}");
        var numbers = result.Split(' ').Skip(1).Select(number => double.Parse(number, CultureInfo.InvariantCulture)).ToArray();
        if (numbers[3] > 0)
            throw new InvalidOperationException(
                $"{numbers[3]} of {numbers[0]} requests to {url} failed: a rate with failures in it says nothing.");
        return new Measured(numbers[0] / (numbers[1] / 1_000_000), TimeSpan.FromMicroseconds(numbers[2]), (long)numbers[0], first, most);
    }
}
