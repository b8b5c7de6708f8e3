namespace RideIngest.TestKit.Servers;

/// <summary>
/// Keeps temporary directories, those of the servers included, in memory where there is plenty. A run of the suite makes and deletes
/// hundreds of thousands of small files, which costs a disk's file system a fifth of the processors' time.
/// </summary>
public static class TestMemory
{
    private const string Place = "/dev/shm";
    private const string Variable = "TMPDIR";
    private const long Plenty = 8L << 30;

    /// <summary>Holds for a test process and those that it starts, unless <c>TMPDIR</c> names another place.</summary>
    public static void Use()
    {
        if (MachineTurn.IsTestRun && Environment.GetEnvironmentVariable(Variable) is null or "" && HasPlenty())
            Environment.SetEnvironmentVariable(Variable, Place);
    }

    private static bool HasPlenty() =>
        Directory.Exists(Place)
        && new DriveInfo(Place).AvailableFreeSpace >= Plenty
        && GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >= 2 * Plenty;
}
