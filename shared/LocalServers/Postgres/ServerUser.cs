using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>
/// The user that Postgres runs as. It refuses root, so root runs it as <c>postgres</c> if that user exists, else as <c>nobody</c>; other
/// users run it as themselves.
/// </summary>
internal sealed class ServerUser
{
    private static readonly string[] Candidates = ["postgres", "nobody"];

    private readonly string? _name;

    private ServerUser(string? name) => _name = name;

    public bool IsOther => _name is not null;

    public static async Task<ServerUser> ChooseAsync(CancellationToken cancellationToken)
    {
        if (!Posix.IsRoot)
            return new ServerUser(null);
        if (Programs.Find("setpriv") is null)
            throw new LocalServerException(
                "Postgres refuses to run as root, and setpriv (package util-linux), which runs it as another user, is not installed.");
        foreach (var name in Candidates)
        {
            var id = await Shell.RunAsync(["id", "-u", name], cancellationToken: cancellationToken).ConfigureAwait(false);
            if (id.Succeeded)
                return new ServerUser(name);
        }

        throw new LocalServerException(
            "Postgres refuses to run as root, and neither the user postgres nor the user nobody exists.");
    }

    /// <summary>The command for this user. There is no intermediate process, so signals reach the server.</summary>
    public IReadOnlyList<string> Command(params IEnumerable<string> command) =>
        _name is null
            ? [.. command]
            : [Programs.Find("setpriv")!, $"--reuid={_name}", $"--regid={Group}", "--init-groups", "--", .. command];

    public async Task OwnAsync(string path, CancellationToken cancellationToken)
    {
        if (_name is not null)
            await Shell.RunAsync(["chown", "-R", $"{_name}:", path], cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the directory for traversal; returns whether the user can enter it through its parents.</summary>
    public async Task<bool> CanEnterAsync(string directory, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var test = await Shell.RunAsync(Command("test", "-x", directory), "/", cancellationToken: cancellationToken).ConfigureAwait(false);
        return test.Succeeded;
    }

    // On Debian, nobody's group is nogroup; elsewhere it is nobody.
    private string Group =>
        _name == "nobody" && File.ReadLines("/etc/group").Any(line => line.StartsWith("nogroup:", StringComparison.Ordinal))
            ? "nogroup"
            : _name!;
}
