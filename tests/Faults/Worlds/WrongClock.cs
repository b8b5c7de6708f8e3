using RideIngest.LocalServers.Binaries;

namespace RideIngest.Faults.Worlds;

/// <summary>
/// The time of day as one process sees it, by Debian's libfaketime. How much time passes stays right, as it does when a machine's clock is
/// set.
/// </summary>
internal sealed class WrongClock(string library, string file)
{
    /// <summary>What a program is started with, before its own words.</summary>
    public IEnumerable<string> Command =>
    [
        "env", $"LD_PRELOAD={library}", $"FAKETIME_TIMESTAMP_FILE={file}", "FAKETIME_CACHE_DURATION=1", "FAKETIME_DONT_FAKE_MONOTONIC=1",
        "FAKETIME_FORCE_MONOTONIC_FIX=0",
    ];

    public static async Task<string> LibraryAsync()
    {
        var folder = await DebianPackages.UnpackAsync("libfaketime", DebianPackages.Alone("libfaketime"), null, default);
        return Directory.GetFiles(folder, "libfaketimeMT.so.1", SearchOption.AllDirectories).Single();
    }

    /// <summary>Sets the clock this far from the right time; the process sees it within a second.</summary>
    public void Set(TimeSpan off) =>
        File.WriteAllText(file, string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{off.TotalSeconds:+0;-0;+0}s"));
}
