using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>
/// Where Postgres's own files go: below the data directory, unless the user that Postgres must run as cannot get there
/// (root's home is closed to others). Then below /var/lib/rideingest, with a link where one would look.
/// </summary>
internal static class PostgresPlace
{
    private const string Elsewhere = "/var/lib/rideingest";

    /// <summary>Where they are when there are any.</summary>
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
                $"Postgres refuses to run as root, and others cannot enter {directory.Path}. Set TMPDIR to a place open to all, "
                    + "such as /tmp.");

        Directory.CreateDirectory(Elsewhere);
        var place = Path.Combine(Elsewhere, $"postgres-{Guid.NewGuid():N}");
        Directory.CreateSymbolicLink(files, place);
        progress?.Invoke($"Postgres: it refuses to run as root, and others cannot enter {directory.Path}; its files are kept in {place}");
        return place;
    }
}
