using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Binaries;

/// <summary>
/// Gets several versions of nats-server for tests from Debian's releases, through the mirror that apt uses, unpacked into the user's cache.
/// Unavailable releases are left out.
/// </summary>
public static class NatsServerVersions
{
    private const string Keyring = "/usr/share/keyrings/debian-archive-keyring.gpg";

    /// <summary>The default releases: Debian 12, Debian 13, and unstable.</summary>
    public static IReadOnlyList<string> Suites { get; } = ["bookworm", "trixie", "sid"];

    /// <summary>The programs by version. Each has been run once.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> FindAsync(
        IEnumerable<string>? suites = null, Action<string>? progress = null, CancellationToken cancellationToken = default)
    {
        var found = new SortedDictionary<Version, string>();
        foreach (var suite in suites ?? Suites)
            await TryAddAsync(() => OfSuiteAsync(suite, progress, cancellationToken)).ConfigureAwait(false);
        if (found.Count == 0)
            await TryAddAsync(() => ServerBinaries.FindNatsAsync(progress, cancellationToken)).ConfigureAwait(false);
        return found.ToDictionary(entry => entry.Key.ToString(), entry => entry.Value);

        async Task TryAddAsync(Func<Task<string>> find)
        {
            try
            {
                var binary = await find().ConfigureAwait(false);
                found.TryAdd(await ServerBinaries.VersionAsync(binary, cancellationToken).ConfigureAwait(false), binary);
            }
            catch (LocalServerException e)
            {
                progress?.Invoke(e.Message);
            }
        }
    }

    /// <summary>The nats-server of a release, by codename.</summary>
    /// <exception cref="LocalServerException">The machine is not Debian, or the mirror lacks the release.</exception>
    public static async Task<string> OfSuiteAsync(
        string suite, Action<string>? progress = null, CancellationToken cancellationToken = default)
    {
        var package = await UserCache.Shared.GetOrAddAsync(
            Path.Combine("suites", suite, "nats-server"),
            async directory =>
            {
                var state = Path.Combine(directory, "apt");
                var mirror = await MirrorAsync(state, progress, cancellationToken).ConfigureAwait(false);
                progress?.Invoke($"Fetching nats-server of Debian {suite} from {mirror}…");
                var signed = File.Exists(Keyring) ? $" signed-by={Keyring}" : "";

                // An outdated mirror is fine: any version of the release will do, and packages are still signed.
                var apt = await Apt.PrivateAsync(
                    state, $"deb [target=Packages check-valid-until=no{signed}] {mirror} {suite} main", progress, cancellationToken)
                        .ConfigureAwait(false);
                await apt.UpdateAsync(cancellationToken).ConfigureAwait(false);
                await apt.UnpackAsync(["nats-server"], directory, cancellationToken).ConfigureAwait(false);
                Directory.Delete(state, recursive: true);
            },
            progress,
            cancellationToken).ConfigureAwait(false);
        return Path.Combine(package, "usr/sbin/nats-server");
    }

    /// <summary>The mirror that this machine gets its own release from.</summary>
    private static async Task<string> MirrorAsync(string state, Action<string>? progress, CancellationToken cancellationToken)
    {
        var release = File.Exists("/etc/os-release")
            ? await File.ReadAllLinesAsync("/etc/os-release", cancellationToken).ConfigureAwait(false)
            : [];
        if (!Apt.IsHere || !release.Contains("ID=debian"))
            throw new LocalServerException("Other versions of nats-server come from Debian's releases, but this machine is not Debian.");

        var codename = release.FirstOrDefault(line => line.StartsWith("VERSION_CODENAME=", StringComparison.Ordinal))?.Split('=')[1];
        var sources = await Apt.OfMachine(null).SourcesAsync(cancellationToken).ConfigureAwait(false);
        if (sources.Count == 0)
        {
            // apt lists only sources whose lists were read, and a new machine has read none.
            var apt = await Apt.PrivateAsync(state, null, progress, cancellationToken).ConfigureAwait(false);
            await apt.UpdateAsync(cancellationToken).ConfigureAwait(false);
            sources = await apt.SourcesAsync(cancellationToken).ConfigureAwait(false);
        }

        // Third-party repositories use Debian's suite names too, but only Debian's own path ends like this.
        return sources.Select(line => line.Split(' '))
            .Where(target => target is [var suite, "main", _] && (suite == codename || suite is "stable" or "testing" or "sid"))
            .Select(target => target[2])
            .OrderByDescending(uri => uri.TrimEnd('/').EndsWith("/debian", StringComparison.Ordinal))
            .FirstOrDefault() ?? throw new LocalServerException($"apt's sources name no mirror of Debian {codename}.");
    }
}
