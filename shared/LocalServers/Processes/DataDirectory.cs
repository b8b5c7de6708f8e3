using System.Diagnostics;
using System.Globalization;

namespace RideIngest.LocalServers.Processes;

/// <summary>
/// The data directory of one server, locked by one process at a time. The kernel releases the lock when the process ends for any reason.
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
    /// <param name="server">The server's name, for messages and file names.</param>
    /// <exception cref="LocalServerException">Another process uses it (the message has its id), or it cannot be created.</exception>
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

    /// <summary>Whether the process that last used the directory still runs.</summary>
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
            // The directory of another user, who cleans up after itself.
            return true;
        }
    }

    public string In(string name) => System.IO.Path.Combine(Path, name);

    /// <param name="mark">A part of the server's command line, to detect that its process id was reused.</param>
    public void Remember(int processId, string mark) =>
        File.WriteAllLines(ServerFile, [processId.ToString(CultureInfo.InvariantCulture), mark]);

    /// <summary>
    /// Waits for the server of a crashed owner, which its guard may still be stopping. Stops the server here if its guard was killed too.
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
            throw new LocalServerException($"The data directory {path} cannot be created: {e.Message.TrimEnd('.')}. Choose another.", e);
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
