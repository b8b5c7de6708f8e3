using RideIngest.LocalServers.Processes;

namespace RideIngest.LocalServers.Binaries;

/// <summary>Runs apt-get, with the machine's sources or with private sources and lists in the user's cache.</summary>
internal sealed class Apt
{
    private static readonly TimeSpan LockedFor = TimeSpan.FromMinutes(10);

    private readonly string[] _options;
    private readonly Action<string>? _progress;

    private Apt(string[] options, Action<string>? progress)
    {
        _options = options;
        _progress = progress;
    }

    public static bool IsHere => Programs.Find("apt-get") is not null && Programs.Find("dpkg-deb") is not null;

    /// <summary>Uses the machine's configuration.</summary>
    public static Apt OfMachine(Action<string>? progress) => new([], progress);

    /// <summary>Uses private package lists, which an ordinary user can update.</summary>
    /// <param name="source">A line as in sources.list; null for the machine's sources.</param>
    public static async Task<Apt> PrivateAsync(
        string directory, string? source, Action<string>? progress, CancellationToken cancellationToken)
    {
        var lists = Directory.CreateDirectory(Path.Combine(directory, "lists", "partial")).Parent!.FullName;
        var cache = Directory.CreateDirectory(Path.Combine(directory, "cache", "archives", "partial")).Parent!.Parent!.FullName;
        // Disables hooks of the machine, such as refreshing a software catalogue.
        var configuration = $"""
            Dir::State::lists "{lists}";
            Dir::Cache "{cache}";
            APT::Sandbox::User "{Environment.UserName}";
            Acquire::Languages "none";
            #clear APT::Update::Post-Invoke;
            #clear APT::Update::Post-Invoke-Success;

            """;
        if (source is not null)
        {
            var sources = Path.Combine(directory, "sources.list");
            await File.WriteAllTextAsync(sources, source + "\n", cancellationToken).ConfigureAwait(false);
            configuration += $"""
                Dir::Etc::sourcelist "{sources}";
                Dir::Etc::sourceparts "-";

                """;
        }

        var file = Path.Combine(directory, "apt.conf");
        await File.WriteAllTextAsync(file, configuration, cancellationToken).ConfigureAwait(false);
        return new Apt(["-c", file], progress);
    }

    public Task UpdateAsync(CancellationToken cancellationToken)
    {
        _progress?.Invoke("apt-get: reading the package lists…");
        return RunAsync(["update", "-q"], null, cancellationToken);
    }

    /// <summary>The sources whose package lists were read, as "release component address".</summary>
    public async Task<IReadOnlyList<string>> SourcesAsync(CancellationToken cancellationToken)
    {
        var targets = await Shell.RunAsync(
            ["apt-get", .. _options, "indextargets", "--format", "$(RELEASE) $(COMPONENT) $(REPO_URI)", "Created-By: Packages"],
            cancellationToken: cancellationToken).ConfigureAwait(false);
        return targets.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    /// <summary>The candidate version for installation; null if the package is unknown.</summary>
    public async Task<string?> CandidateAsync(string package, CancellationToken cancellationToken)
    {
        var policy = await Shell
            .RunAsync(["apt-cache", .. _options, "policy", package], cancellationToken: cancellationToken)
            .ConfigureAwait(false);
        var candidate = policy.Output
            .Split('\n')
            .Select(line => line.Trim())
            .FirstOrDefault(line => line.StartsWith("Candidate: ", StringComparison.Ordinal));
        return candidate?["Candidate: ".Length..] is { } version and not "(none)" ? version : null;
    }

    /// <summary>The packages that installing this one would add.</summary>
    public async Task<IReadOnlyList<string>> MissingForAsync(string package, CancellationToken cancellationToken)
    {
        var plan = await RunAsync(
            ["install", "--simulate", "--no-install-recommends", package], null, cancellationToken).ConfigureAwait(false);
        return [.. plan.Output
            .Split('\n')
            .Where(line => line.StartsWith("Inst ", StringComparison.Ordinal))
            .Select(line => line.Split(' ')[1])];
    }

    /// <summary>Unpacks packages below a directory without installing them.</summary>
    public async Task UnpackAsync(IEnumerable<string> packages, string directory, CancellationToken cancellationToken)
    {
        var download = Directory.CreateDirectory(Path.Combine(directory, "download")).FullName;
        await RunAsync(["download", .. packages], download, cancellationToken).ConfigureAwait(false);
        foreach (var package in Directory.GetFiles(download, "*.deb"))
        {
            _progress?.Invoke($"Unpacking {Path.GetFileName(package)}…");
            var unpack = await Shell
                .RunAsync(["dpkg-deb", "-x", package, directory], cancellationToken: cancellationToken)
                .ConfigureAwait(false);
            if (!unpack.Succeeded)
                throw new LocalServerException($"dpkg-deb could not unpack {package}: {unpack.Said}");
        }

        Directory.Delete(download, recursive: true);
    }

    /// <summary>
    /// Installs a package. Ignores cancellation and Ctrl-C once started, because an interrupted dpkg would leave the machine broken.
    /// </summary>
    public async Task InstallAsync(string package, IReadOnlyDictionary<string, string> environment, CancellationToken cancellationToken)
    {
        await RunAsync(
            ["install", "-y", "-q", "--no-install-recommends", package], null, cancellationToken, environment,
            whole: true).ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    /// <summary>Runs apt-get, and waits if another process holds its lock.</summary>
    private async Task<Shell.Result> RunAsync(
        string[] arguments, string? directory, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? environment = null,
        bool whole = false)
    {
        var deadline = DateTime.UtcNow + LockedFor;
        while (true)
        {
            string[] session = whole ? ["setsid", "--wait"] : [];
            var result = await Shell.RunAsync(
                [.. session, "apt-get", .. _options, .. arguments], directory, environment, Tell, whole
                    ? CancellationToken.None
                    : cancellationToken).ConfigureAwait(false);
            if (result.Succeeded)
                return result;
            if (DateTime.UtcNow > deadline || !result.Errors.Contains("Could not get lock", StringComparison.Ordinal))
                throw new LocalServerException($"apt-get {string.Join(' ', arguments)} failed:\n{result.Errors.Trim()}");
            _progress?.Invoke("apt-get: another process holds its lock; waiting for it…");
            await Task.Delay(TimeSpan.FromSeconds(1), cancellationToken).ConfigureAwait(false);
        }
    }

    private void Tell(string line)
    {
        if (line.StartsWith("Get:", StringComparison.Ordinal) || line.StartsWith("Setting up", StringComparison.Ordinal))
            _progress?.Invoke($"apt-get: {line}");
    }
}
