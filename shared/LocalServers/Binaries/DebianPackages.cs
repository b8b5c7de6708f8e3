namespace RideIngest.LocalServers.Binaries;

/// <summary>
/// Debian's own packages of the servers. Root gets them installed, and nothing else happens to the machine: no service is
/// started, no cluster created. Anybody else gets them unpacked below the cache.
/// </summary>
internal static class DebianPackages
{
    private const string Policy = "/usr/sbin/policy-rc.d";
    private const string ClusterConfig = "/etc/postgresql-common/createcluster.conf";
    private const string ClusterDefaults = "/usr/share/postgresql-common/createcluster.conf";

    /// <summary>Seen by our own installation alone: a crash that leaves the file behind forbids nobody to start a service.</summary>
    private const string PolicyText = """
        #!/bin/sh
        # Services stay stopped while RideIngest installs a package.
        [ -z "$RIDEINGEST_INSTALLING" ] || exit 101

        """;

    public static async Task InstallAsync(string package, Action<string>? progress, CancellationToken cancellationToken)
    {
        // Two at a time would take each other's guards for the machine's own.
        await using var alone = await UserCache.Shared.LockAsync(progress, cancellationToken).ConfigureAwait(false);
        var apt = Apt.OfMachine(progress);
        if (await apt.CandidateAsync(package, cancellationToken).ConfigureAwait(false) is null)
            await apt.UpdateAsync(cancellationToken).ConfigureAwait(false);

        progress?.Invoke($"Installing Debian's {package}…");
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

    /// <summary>The folder with the nats-server of this machine's Debian.</summary>
    public static Task<string> UnpackNatsAsync(Action<string>? progress, CancellationToken cancellationToken) =>
        UnpackAsync("nats-server", Alone("nats-server"), progress, cancellationToken);

    /// <summary>The server, and those of its libraries that the machine lacks; not the scripts that manage clusters.</summary>
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

    // The compiler (LLVM, Z3) is for JIT, which is off here, and is most of the weight.
    private static bool IsNeeded(string package) =>
        !package.StartsWith("libllvm", StringComparison.Ordinal) && !package.StartsWith("libz3", StringComparison.Ordinal)
           && !package.EndsWith("-perl", StringComparison.Ordinal)
           && (package.StartsWith("lib", StringComparison.Ordinal) || package.StartsWith("postgresql-", StringComparison.Ordinal));

    /// <summary>The package, and nothing of what it asks for.</summary>
    public static Func<Apt, Task<IReadOnlyList<string>>> Alone(string package) => _ => Task.FromResult<IReadOnlyList<string>>([package]);

    /// <summary>The folder with what was chosen of a package and of what it asks for, unpacked once into the user's cache.</summary>
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
