using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>
/// Chooses the folder of Postgres' files: below the data directory, or below /var/lib/rideingest with a link to it if the user that runs
/// Postgres cannot enter the data directory, such as root's home.
/// </summary>
internal static class PostgresPlace
{
    private const string Elsewhere = "/var/lib/rideingest";

    /// <summary>The folder of existing files.</summary>
    public static string Known(DataDirectory directory) =>
        directory.In("cluster") is var files && new DirectoryInfo(files).LinkTarget is { } linked ? linked : files;

    public static async Task<string> ChooseAsync(
        DataDirectory directory, ServerUser user, Action<string>? progress, CancellationToken cancellationToken)
    {
        var files = directory.In("cluster");
        if (Known(directory) is var known && known != files)
            return known;
        if (!user.IsOther || await user.CanEnterAsync(directory.Path, cancellationToken).ConfigureAwait(false))
            return files;
        if (directory.IsTemporary)
            throw new LocalServerException(
                $"Postgres refuses to run as root, and other users cannot enter {directory.Path}. Set TMPDIR to a folder open to all, "
                    + "such as /tmp.");

        Directory.CreateDirectory(Elsewhere);
        var place = Path.Combine(Elsewhere, $"postgres-{Guid.NewGuid():N}");
        Directory.CreateSymbolicLink(files, place);
        progress?.Invoke($"Postgres refuses to run as root, and other users cannot enter {directory.Path}; its files are in {place}");
        return place;
    }
}
