using System.Security.Cryptography;

namespace RideIngest.LocalServers.Processes;

/// <summary>The random password of a private server, created once per data directory and readable by its owner only.</summary>
internal static class PasswordFile
{
    public static string Random() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Reads the password; null if there is none, or if a crash left an empty file.</summary>
    public static string? Read(DataDirectory directory) =>
        File.Exists(In(directory)) && File.ReadAllText(In(directory)) is { Length: > 0 } password ? password : null;

    /// <summary>Reads the password, and creates it first if it is missing.</summary>
    public static async Task<string> OfAsync(DataDirectory directory, CancellationToken cancellationToken) =>
        Read(directory) ?? await CreateAsync(directory, cancellationToken).ConfigureAwait(false);

    public static async Task<string> CreateAsync(DataDirectory directory, CancellationToken cancellationToken)
    {
        var password = Random();
        await PrivateFile.WriteAsync(In(directory), password, cancellationToken).ConfigureAwait(false);
        return password;
    }

    private static string In(DataDirectory directory) => directory.In("password");
}
