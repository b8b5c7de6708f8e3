using System.Security.Cryptography;

namespace RideIngest.LocalServers.Processes;

/// <summary>The password of a private server: random, made once per data directory, and kept there for its owner's eyes.</summary>
internal static class PasswordFile
{
    public static string Random() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Null when the directory has none, or a crash left an empty file.</summary>
    public static string? Read(DataDirectory directory) =>
        File.Exists(In(directory)) && File.ReadAllText(In(directory)) is { Length: > 0 } password ? password : null;

    /// <summary>The directory's own, made where it has none.</summary>
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
