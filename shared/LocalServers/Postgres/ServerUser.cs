using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>
/// Whom Postgres runs as. It refuses root, so root hands it to the user <c>postgres</c> where there is one, else to
/// <c>nobody</c>; anybody else runs it as themselves.
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
                "Postgres refuses to run as root, and there is no setpriv (package util-linux) to run it as another user.");
        foreach (var name in Candidates)
        {
            var id = await Shell.RunAsync(["id", "-u", name], cancellationToken: cancellationToken).ConfigureAwait(false);
            if (id.Succeeded)
                return new ServerUser(name);
        }

        throw new LocalServerException(
            "Postgres refuses to run as root, and there is neither a user postgres nor a user nobody to run it as.");
    }

    /// <summary>The command as this user runs it. No process stands in between: signals reach the server itself.</summary>
    public IReadOnlyList<string> Command(params IEnumerable<string> command) =>
        _name is null
            ? [.. command]
            : [Programs.Find("setpriv")!, $"--reuid={_name}", $"--regid={Group}", "--init-groups", "--", .. command];

    public async Task OwnAsync(string path, CancellationToken cancellationToken)
    {
        if (_name is not null)
            await Shell.RunAsync(["chown", "-R", $"{_name}:", path], cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Opens the directory itself to passers-by; whether its parents let them through is for others to say.</summary>
    public async Task<bool> CanEnterAsync(string directory, CancellationToken cancellationToken)
    {
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(directory, File.GetUnixFileMode(directory) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
        var test = await Shell.RunAsync(Command("test", "-x", directory), "/", cancellationToken: cancellationToken).ConfigureAwait(false);
        return test.Succeeded;
    }

    // "nobody" belongs to nogroup on Debian, and to a group of its own name elsewhere.
    private string Group =>
        _name == "nobody" && File.ReadLines("/etc/group").Any(line => line.StartsWith("nogroup:", StringComparison.Ordinal))
            ? "nogroup"
            : _name!;
}
