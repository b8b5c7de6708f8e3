using System.Diagnostics;
using System.Globalization;

namespace RideIngest.LocalServers.Processes;

/// <summary>
/// The directory of one server, held by one process at a time. The kernel takes the lock away from a process that ends,
/// however it ends, so a crash leaves nothing locked.
/// </summary>
internal sealed class DataDirectory : IDisposable
{
    private const string OwnerFile = "owner.pid";
    private static readonly TimeSpan OthersGrace = TimeSpan.FromSeconds(15);

    private readonly FileStream _lock;

    private DataDirectory(string path, bool isTemporary, FileStream held)
    {
        Path = path;
        IsTemporary = isTemporary;
        _lock = held;
    }

    public string Path { get; }

    public bool IsTemporary { get; }

    private string ServerFile => In("server.pid");

    /// <param name="path">Null for a temporary directory.</param>
    /// <param name="server">What will use it, for the message and the name.</param>
    /// <exception cref="LocalServerException">Another process has it (the message names its id), or it cannot be made.</exception>
    public static DataDirectory Take(string? path, string server)
    {
        var directory = path is null
            ? Directory.CreateTempSubdirectory($"rideingest-{server}-").FullName
            : Make(System.IO.Path.GetFullPath(path));
        var owner = System.IO.Path.Combine(directory, OwnerFile);
        FileStream held;
        try
        {
            held = new FileStream(System.IO.Path.Combine(directory, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (e is not DirectoryNotFoundException)
        {
            var other = File.Exists(owner) ? File.ReadAllText(owner) : "unknown";
            throw new LocalServerException(
                $"{directory} is in use by process {other}, which runs a {server} server on it. Stop that process, or choose "
                    + "another data directory.", e);
        }

        catch (UnauthorizedAccessException e)
        {
            throw new LocalServerException($"{directory} belongs to another user. Choose another data directory.", e);
        }

        File.WriteAllText(owner, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        return new DataDirectory(directory, path is null, held);
    }

    /// <summary>Whether the process that last took the directory still runs.</summary>
    public static bool IsOwned(string path)
    {
        var owner = System.IO.Path.Combine(path, OwnerFile);
        try
        {
            using var process = Process.GetProcessById(int.Parse(File.ReadAllText(owner), CultureInfo.InvariantCulture));
            return true;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (UnauthorizedAccessException)
        {
            // Another user's, who looks after it.
            return true;
        }
    }

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <param name="mark">What tells this server from whoever may get its process id later: a part of its command line.</param>
    public void Remember(int processId, string mark) =>
        File.WriteAllLines(ServerFile, [processId.ToString(CultureInfo.InvariantCulture), mark]);

    /// <summary>
    /// When the last owner crashed a moment ago, its guard may still be stopping the server: waits for that. A server
    /// whose guard was killed too is stopped here.
    /// </summary>
    public async Task EvictAsync(string title, Action<string>? progress, CancellationToken cancellationToken)
    {
        var remembered = File.Exists(ServerFile) ? await File.ReadAllLinesAsync(ServerFile, cancellationToken).ConfigureAwait(false) : [];
        if (remembered is not [var id, var mark] || !int.TryParse(id, CultureInfo.InvariantCulture, out var processId)
            || !(await CommandLineAsync(processId).ConfigureAwait(false)).Contains(mark, StringComparison.Ordinal))
            return;

        progress?.Invoke($"{title}: process {processId} of an earlier run still uses {Path}; waiting for it to stop…");
        Posix.Signal(processId, Posix.Interrupt);
        Posix.Signal(processId, Posix.Continue);
        for (var deadline = DateTime.UtcNow + OthersGrace; Posix.IsAlive(processId); await Task
            .Delay(50, cancellationToken)
            .ConfigureAwait(false))
        {
            if (DateTime.UtcNow > deadline)
                Posix.Signal(processId, Posix.Kill);
        }
    }

    public void Dispose()
    {
        if (IsTemporary)
            Directory.Delete(Path, recursive: true);
        _lock.Dispose();
    }

    private static string Make(string path)
    {
        try
        {
            return Directory.CreateDirectory(path).FullName;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new LocalServerException($"The data directory {path} cannot be made: {e.Message.TrimEnd('.')}. Choose another one.", e);
        }
    }

    private static async Task<string> CommandLineAsync(int processId)
    {
        var file = $"/proc/{processId}/cmdline";
        if (File.Exists(file))
            return await File.ReadAllTextAsync(file).ConfigureAwait(false);
        if (!OperatingSystem.IsMacOS())
            return "";
        return (await Shell.RunAsync(["ps", "-o", "args=", "-p", $"{processId}"]).ConfigureAwait(false)).Output;
    }
}
