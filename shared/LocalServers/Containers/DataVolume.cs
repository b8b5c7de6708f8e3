using System.Security.Cryptography;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Containers;

/// <summary>
/// The engine's volume with the data of a directory, which holds the volume's name. A bind mount would need the container's users on this
/// machine, and Postgres rejects those of Windows.
/// </summary>
internal static class DataVolume
{
    private static readonly string[] MadeByPrograms = ["cluster", "store"];

    /// <param name="server">The server that stores the data, for the name.</param>
    /// <returns>Null for a temporary directory.</returns>
    /// <exception cref="LocalServerException">The directory has data of a server that runs as a process.</exception>
    public static async Task<string?> ChooseAsync(DataDirectory directory, string server, CancellationToken cancellationToken)
    {
        if (directory.IsTemporary)
            return null;
        if (Array.Exists(MadeByPrograms, name => Path.Exists(directory.In(name))))
        {
            throw new LocalServerException(
                $"The data in {directory.Path} was made by a server that ran on this machine, not in a container. "
                + "Choose another data directory, or install that server.");
        }

        var file = NameFile(directory);
        if (Holds(directory))
            return await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false);
        var name = $"rideingest-{server}-{RandomNumberGenerator.GetHexString(12, lowercase: true)}";
        await File.WriteAllTextAsync(file, name, cancellationToken).ConfigureAwait(false);
        return name;
    }

    /// <summary>Whether the directory's data is in a volume, in which case it must be opened in a container.</summary>
    public static bool Holds(DataDirectory directory) => File.Exists(NameFile(directory));

    private static string NameFile(DataDirectory directory) => directory.In("volume");
}
