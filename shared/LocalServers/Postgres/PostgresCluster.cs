using System.Globalization;
using RideIngest.LocalServers.Binaries;
using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Postgres;

/// <summary>
/// The files of a Postgres, created once by initdb, and its superuser's password. Every connection needs it, because other users of the
/// machine could otherwise run programs as this user.
/// </summary>
internal sealed class PostgresCluster
{
    public const string Superuser = "postgres";

    private readonly DataDirectory _directory;
    private readonly PostgresBinaries _binaries;
    private readonly ServerUser _user;

    private PostgresCluster(DataDirectory directory, string files, PostgresBinaries binaries, Version version, ServerUser user)
    {
        _directory = directory;
        Files = files;
        _binaries = binaries;
        Version = version;
        _user = user;
    }

    /// <summary>Postgres' own data directory.</summary>
    public string Files { get; }

    public Version Version { get; }

    public IReadOnlyDictionary<string, string> Environment => _binaries.Environment;

    public string Password => PasswordFile.Read(_directory)
        ?? throw new LocalServerException($"The password of the Postgres in {_directory.Path} is missing.");

    /// <summary>Opens existing files with the Postgres version that made them, or creates new ones.</summary>
    public static async Task<PostgresCluster> OpenAsync(
        DataDirectory directory, PostgresServerOptions options, CancellationToken cancellationToken)
    {
        var madeBy = Path.Combine(PostgresPlace.Known(directory), "PG_VERSION") is var file && File.Exists(file)
            ? int.Parse(await File.ReadAllTextAsync(file, cancellationToken).ConfigureAwait(false), CultureInfo.InvariantCulture)
            : (int?)null;
        var binaries = options.Binaries ?? await ServerBinaries
            .FindPostgresAsync(madeBy, options.Progress, cancellationToken)
            .ConfigureAwait(false);
        var version = await ServerBinaries.VersionAsync(binaries.Server, binaries.Environment, cancellationToken).ConfigureAwait(false);
        if (madeBy is { } old && old != version.Major)
        {
            throw new LocalServerException(
                $"The data in {directory.Path} was made by Postgres {old}, but this machine has Postgres {version.Major}. "
                + $"Install postgresql-{old}, or choose another data directory.");
        }

        // Chosen after installation, because the packages may have created the user.
        var user = await ServerUser.ChooseAsync(cancellationToken).ConfigureAwait(false);
        var files = await PostgresPlace.ChooseAsync(directory, user, options.Progress, cancellationToken).ConfigureAwait(false);
        if (madeBy is not null)
            await user.OwnAsync(files, cancellationToken).ConfigureAwait(false);

        var cluster = new PostgresCluster(directory, files, binaries, version, user);
        if (madeBy is null)
        {
            options.Progress?.Invoke($"Postgres {version.Major}: creating the data directory…");
            await cluster.InitializeAsync(options.Durable, cancellationToken).ConfigureAwait(false);
        }

        return cluster;
    }

    public IReadOnlyList<string> Command(IEnumerable<string> settings) => _user.Command([_binaries.Server, "-D", Files, .. settings]);

    /// <summary>Creates the files under another name first, so that a crash leaves nothing that looks complete.</summary>
    private async Task InitializeAsync(bool durable, CancellationToken cancellationToken)
    {
        var unfinished = Files + ".new";
        if (Directory.Exists(unfinished))
            Directory.Delete(unfinished, recursive: true);
        Directory.CreateDirectory(unfinished);
        var password = await PasswordFile.CreateAsync(_directory, cancellationToken).ConfigureAwait(false);
        // initdb may run as another user, who cannot read our files.
        var handover = Files + ".password";
        await PrivateFile.WriteAsync(handover, password, cancellationToken).ConfigureAwait(false);
        await _user.OwnAsync(handover, cancellationToken).ConfigureAwait(false);
        await _user.OwnAsync(unfinished, cancellationToken).ConfigureAwait(false);
        string[] locale = OperatingSystem.IsMacOS() ? ["--locale=C", "--lc-ctype=UTF-8"] : ["--locale=C.UTF-8"];
        var initdb = await Shell.RunAsync(
            _user.Command([
                _binaries.InitDb, "-D", unfinished, "-U", Superuser, $"--pwfile={handover}", "--auth=scram-sha-256",
                "--encoding=UTF8", .. locale, .. durable ? Array.Empty<string>() : ["--no-sync"],
            ]),
            "/", _binaries.Environment, cancellationToken: cancellationToken).ConfigureAwait(false);
        File.Delete(handover);
        if (!initdb.Succeeded)
            throw new LocalServerException($"initdb could not create {Files}:\n{initdb.Said}");
        Directory.Move(unfinished, Files);
    }
}
