namespace RideIngest.LocalServers.Binaries;

/// <summary>
/// Caches downloads in <c>$XDG_CACHE_HOME/rideingest</c> or <c>~/.cache/rideingest</c>. One process at a time adds to it; an entry is
/// complete or absent.
/// </summary>
internal sealed class UserCache(string root)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    public static UserCache Shared { get; } = new(Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } configured
            ? configured
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache"),
        "rideingest"));

    public string Root => root;

    /// <summary>Returns the entry's folder, and fills it first if it is missing.</summary>
    /// <param name="fill">Fills the given directory.</param>
    public async Task<string> GetOrAddAsync(
        string name, Func<string, Task> fill, Action<string>? progress, CancellationToken cancellationToken)
    {
        var entry = Path.Combine(root, name);
        if (Directory.Exists(entry))
            return entry;

        using var held = await LockAsync(progress, cancellationToken).ConfigureAwait(false);
        if (Directory.Exists(entry))
            return entry;

        var unfinished = Path.Combine(root, "unfinished");
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        await fill(unfinished).ConfigureAwait(false);
        Directory.CreateDirectory(Path.GetDirectoryName(entry)!);
        Directory.Move(unfinished, entry);
        return entry;
    }

    /// <summary>Takes the lock on downloads and installations, across processes, until it is disposed.</summary>
    public async Task<FileStream> LockAsync(Action<string>? progress, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(root);
        for (var told = false; ; told = true)
        {
            try
            {
                return new FileStream(Path.Combine(root, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(Path.Combine(root, "lock")))
            {
                if (!told)
                    progress?.Invoke("Another download or installation is running; waiting for it…");
                await Task.Delay(Interval, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
