namespace RideIngest.LocalServers.Binaries;

/// <summary>
/// Gets the servers from Debian's packages. As root it installs them without starting a service or creating a cluster; as another user it
/// unpacks them into the cache.
/// </summary>
internal static class DebianPackages
{
    private const string Policy = "/usr/sbin/policy-rc.d";
    private const string ClusterConfig = "/etc/postgresql-common/createcluster.conf";
    private const string ClusterDefaults = "/usr/share/postgresql-common/createcluster.conf";

    /// <summary>Forbids only our own installation to start services, so that a file left by a crash blocks nothing.</summary>
    private const string PolicyText = """
        #!/bin/sh
        # Services stay stopped while RideIngest installs a package.
        [ -z "$RIDEINGEST_INSTALLING" ] || exit 101

        """;

    public static async Task InstallAsync(string package, Action<string>? progress, CancellationToken cancellationToken)
    {
        // Two concurrent installations would mistake each other's guard files for the machine's.
        await using var alone = await UserCache.Shared.LockAsync(progress, cancellationToken).ConfigureAwait(false);
        var apt = Apt.OfMachine(progress);
        if (await apt.CandidateAsync(package, cancellationToken).ConfigureAwait(false) is null)
            await apt.UpdateAsync(cancellationToken).ConfigureAwait(false);

        progress?.Invoke($"Installing Debian's {package} on this machine with apt-get, because this process runs as root…");
        var ownPolicy = !File.Exists(Policy);
        if (ownPolicy)
        {
            await File.WriteAllTextAsync(Policy, PolicyText, cancellationToken).ConfigureAwait(false);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(Policy, (UnixFileMode)Convert.ToInt32("755", 8));
        }

        var clusterConfig = File.Exists(ClusterConfig)
            ? await File.ReadAllTextAsync(ClusterConfig, cancellationToken).ConfigureAwait(false)
            : null;
        Directory.CreateDirectory(Path.GetDirectoryName(ClusterConfig)!);
        await File.WriteAllTextAsync(ClusterConfig, clusterConfig
            + "\ncreate_main_cluster = false\n", cancellationToken).ConfigureAwait(false);
        try
        {
            await apt.InstallAsync(package, Quietly, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            if (ownPolicy)
                File.Delete(Policy);
            RestoreClusterConfig(clusterConfig);
        }
    }

    /// <summary>The folder of nats-server from this machine's Debian release.</summary>
    public static Task<string> UnpackNatsAsync(Action<string>? progress, CancellationToken cancellationToken) =>
        UnpackAsync("nats-server", Alone("nats-server"), progress, cancellationToken);

    /// <summary>Unpacks the server and the libraries that the machine lacks, without the scripts that manage clusters.</summary>
    public static Task<string> UnpackPostgresAsync(Action<string>? progress, CancellationToken cancellationToken) =>
        UnpackAsync(
            "postgresql",
            async apt =>
            {
                var missing = await apt.MissingForAsync("postgresql", cancellationToken).ConfigureAwait(false);
                return [.. missing.Where(IsNeeded)];
            },
            progress,
            cancellationToken);

    private static IReadOnlyDictionary<string, string> Quietly { get; } = new Dictionary<string, string>
    {
        ["DEBIAN_FRONTEND"] = "noninteractive",
        ["UCF_FORCE_CONFFOLD"] = "1",
        ["RIDEINGEST_INSTALLING"] = "1",
    };

    // LLVM and Z3 are only for JIT, which is off, and are most of the size.
    private static bool IsNeeded(string package) =>
        !package.StartsWith("libllvm", StringComparison.Ordinal) && !package.StartsWith("libz3", StringComparison.Ordinal)
           && !package.EndsWith("-perl", StringComparison.Ordinal)
           && (package.StartsWith("lib", StringComparison.Ordinal) || package.StartsWith("postgresql-", StringComparison.Ordinal));

    /// <summary>Selects the package without its dependencies.</summary>
    public static Func<Apt, Task<IReadOnlyList<string>>> Alone(string package) => _ => Task.FromResult<IReadOnlyList<string>>([package]);

    /// <summary>The folder of the selected packages, unpacked once into the user's cache.</summary>
    public static Task<string> UnpackAsync(
        string package, Func<Apt, Task<IReadOnlyList<string>>> choose, Action<string>? progress, CancellationToken cancellationToken) =>
        UserCache.Shared.GetOrAddAsync(
            Path.Combine("machine", package),
            async directory =>
            {
                progress?.Invoke($"Fetching Debian's {package} to {UserCache.Shared.Root}…");
                var apt = Apt.OfMachine(progress);
                var state = Path.Combine(directory, "apt");
                if (await apt.CandidateAsync(package, cancellationToken).ConfigureAwait(false) is null)
                {
                    apt = await Apt.PrivateAsync(state, null, progress, cancellationToken).ConfigureAwait(false);
                    await apt.UpdateAsync(cancellationToken).ConfigureAwait(false);
                }

                await apt.UnpackAsync(await choose(apt).ConfigureAwait(false), directory, cancellationToken).ConfigureAwait(false);
                if (Directory.Exists(state))
                    Directory.Delete(state, recursive: true);
            },
            progress,
            cancellationToken);

    private static void RestoreClusterConfig(string? before)
    {
        if (before is not null)
            File.WriteAllText(ClusterConfig, before);
        else if (File.Exists(ClusterDefaults))
            File.Copy(ClusterDefaults, ClusterConfig, overwrite: true);
        else
            File.Delete(ClusterConfig);
    }
}
