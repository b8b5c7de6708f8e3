namespace RideIngest.LocalServers.Binaries;

/// <summary>
/// What was fetched once and serves every run after: <c>$XDG_CACHE_HOME/rideingest</c>, or <c>~/.cache/rideingest</c>.
/// One process at a time adds to it; an entry appears complete, or not at all.
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

    /// <summary>The entry of that name, filled first if it is not there.</summary>
    /// <param name="fill">Fills the directory it is given.</param>
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

    /// <summary>Held until it is disposed of; nobody else fetches or installs meanwhile, here or in another process.</summary>
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
                    progress?.Invoke("Something else is being fetched or installed; waiting for it…");
                await Task.Delay(Interval, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
