using System.Text.RegularExpressions;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Binaries;

/// <summary>
/// Finds the servers' programs: those named in the environment, then installed ones, then Debian's packages. If all fail, the error says
/// what to install.
/// </summary>
public static partial class ServerBinaries
{
    /// <summary>The environment variable with the path of nats-server.</summary>
    public const string NatsVariable = "RIDEINGEST_NATS_SERVER";

    /// <summary>The environment variable with the folder of postgres and initdb.</summary>
    public const string PostgresVariable = "RIDEINGEST_POSTGRES_BIN";

    private static readonly string[] PostgresFolders =
    [
        "/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin", "/usr/local/opt/postgresql*/bin",
    ];

    private static readonly string[] LibraryFolders = ["usr/lib", "lib"];

    public static async Task<string> FindNatsAsync(Action<string>? progress = null, CancellationToken cancellationToken = default)
    {
        if (Environment.GetEnvironmentVariable(NatsVariable) is { Length: > 0 } named)
            return Programs.IsExecutable(named)
                ? named
                : throw new LocalServerException($"{NatsVariable} is {named}, which is not a program.");
        if (Programs.Find("nats-server") is { } found)
            return found;

        return await FetchAsync(
            "nats-server", "brew install nats-server", "nats:2 -js",
            async () => Path.Combine(
                await DebianPackages.UnpackNatsAsync(progress, cancellationToken).ConfigureAwait(false), "usr/sbin/nats-server"),
            () => Task.FromResult(Programs.Find("nats-server")), progress, cancellationToken).ConfigureAwait(false);
    }

    /// <param name="major">The required major version, if there is data of that version; null for the newest.</param>
    public static async Task<PostgresBinaries> FindPostgresAsync(
        int? major = null, Action<string>? progress = null, CancellationToken cancellationToken = default)
    {
        if (Environment.GetEnvironmentVariable(PostgresVariable) is { Length: > 0 } named)
            return IsPostgres(named)
                ? new PostgresBinaries(named)
                : throw new LocalServerException($"{PostgresVariable} is {named}, which does not contain postgres and initdb.");
        if (await OfMachineAsync(major, cancellationToken).ConfigureAwait(false) is { } found)
            return found;

        return await FetchAsync(
            "postgresql", "brew install postgresql@17", "-e POSTGRES_PASSWORD=rides postgres:17",
            async () => Unpacked(await DebianPackages.UnpackPostgresAsync(progress, cancellationToken).ConfigureAwait(false)),
            () => OfMachineAsync(major, cancellationToken), progress, cancellationToken).ConfigureAwait(false);
    }

    public static async Task<Version> VersionAsync(string program, CancellationToken cancellationToken = default) =>
        await VersionAsync(program, null, cancellationToken).ConfigureAwait(false);

    internal static async Task<Version> VersionAsync(
        string program, IReadOnlyDictionary<string, string>? environment, CancellationToken cancellationToken)
    {
        var said = await Shell
            .RunAsync([program, "--version"], environment: environment, cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var match = Number().Match(said.Output);
        return match.Success
            ? Version.Parse(match.Value)
            : throw new LocalServerException($"{program} --version printed no version: {said.Said}");
    }

    private static async Task<T> FetchAsync<T>(
        string package, string homebrew, string docker, Func<Task<T>> unpack, Func<Task<T?>> installed, Action<string>? progress,
        CancellationToken cancellationToken)
        where T : class
    {
        var reason = "this machine has no apt-get";
        if (Apt.IsHere)
        {
            try
            {
                if (!Posix.IsRoot)
                    return await unpack().ConfigureAwait(false);
                await DebianPackages.InstallAsync(package, progress, cancellationToken).ConfigureAwait(false);
                if (await installed().ConfigureAwait(false) is { } found)
                    return found;
                reason = "apt-get reports it as installed, but its program is missing; run apt-get install --reinstall";
            }
            catch (LocalServerException e)
            {
                reason = e.Message;
            }
        }

        throw new MissingProgramException(package, Missing(package, homebrew, docker, reason));
    }

    private static string Missing(string package, string homebrew, string docker, string reason)
    {
        var (variable, setting, port) = package == "postgresql"
            ? (PostgresVariable, "RIDEINGEST__POSTGRES__URL=postgres://postgres:rides@127.0.0.1/postgres", 5432)
            : (NatsVariable, "RIDEINGEST__NATS__URL=nats://127.0.0.1:4222", 4222);
        return $"""
            {package} is not installed on this machine ({reason}). Choose one of these:
              Debian, Ubuntu   sudo apt-get install {package}
              macOS            {homebrew}
              containers       start Docker or Podman, then start this again
              manually         docker run -d -p 127.0.0.1:{port}:{port} {docker}
                               and then set {setting}
              elsewhere        set {variable} to its location
            """;
    }

    private static async Task<PostgresBinaries?> OfMachineAsync(int? major, CancellationToken cancellationToken)
    {
        PostgresBinaries? newest = null;
        var newestVersion = new Version();
        var inPath = Programs.FindAll("postgres").Select(program => Path.GetDirectoryName(program)!);
        foreach (var folder in inPath.Concat(PostgresFolders.SelectMany(Expand)).Where(IsPostgres).Distinct())
        {
            var version = await VersionAsync(Path.Combine(folder, "postgres"), cancellationToken).ConfigureAwait(false);
            if (version.Major == major)
                return new PostgresBinaries(folder);
            if (version > newestVersion)
                (newest, newestVersion) = (new PostgresBinaries(folder), version);
        }

        return newest;
    }

    private static IEnumerable<string> Expand(string pattern)
    {
        var parent = Path.GetDirectoryName(Path.GetDirectoryName(pattern))!;
        var name = Path.GetFileName(Path.GetDirectoryName(pattern))!;
        return Directory.Exists(parent) ? Directory.GetDirectories(parent, name).Select(folder => Path.Combine(folder, "bin")) : [];
    }

    private static bool IsPostgres(string folder) =>
        Programs.IsExecutable(Path.Combine(folder, "postgres")) && Programs.IsExecutable(Path.Combine(folder, "initdb"));

    private static PostgresBinaries Unpacked(string root)
    {
        var folder = Expand(Path.Combine(root, "usr/lib/postgresql/*/bin")).Single(IsPostgres);
        var libraries = LibraryFolders.Select(path => Path.Combine(root, path)).Where(Directory.Exists)
            .SelectMany(path => Directory.GetDirectories(path, "*-linux-gnu*"));
        return new PostgresBinaries(folder, string.Join(':', libraries));
    }

    [GeneratedRegex(@"\d+\.\d+(\.\d+)?")]
    private static partial Regex Number();
}
