namespace RideIngest.LocalServers.Processes;

/// <summary>Finds installed programs.</summary>
internal static class Programs
{
    // An ordinary user's PATH often lacks the sbin folders, where Debian installs nats-server.
    private static readonly string[] Folders =
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries),
        "/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin", "/opt/homebrew/bin", "/opt/homebrew/sbin",
    ];

    public static string? Find(string name) => FindAll(name).FirstOrDefault();

    public static IEnumerable<string> FindAll(string name) =>
        Folders.Distinct().Select(folder => Path.Combine(folder, name)).Where(IsExecutable);

    public static bool IsExecutable(string path) => !OperatingSystem.IsWindows() && File.Exists(path) && Posix.MayExecute(path);
}
