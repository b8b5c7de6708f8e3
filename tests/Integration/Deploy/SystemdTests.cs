using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using RideIngest.Hosting.Config;
using RideIngest.Integration.Systems;
using RideIngest.TestKit.Servers;

namespace RideIngest.Integration.Deploy;

/// <summary>The units in deploy/systemd.</summary>
public sealed partial class SystemdTests
{
    private const string Analyze = "/usr/bin/systemd-analyze";

    public static TheoryData<string> Units => ["Producer", "Consumer", "Casino", "Parking", "CheckIn", "Park", "Console"];

    [Theory, MemberData(nameof(Units))]
    public async Task Systemd_accepts_the_unit(string service)
    {
        // Only where systemd is installed; it need not run.
        if (!File.Exists(Analyze))
            return;
        using var folder = new TestDirectory();
        var unit = folder.In($"rideingest-{service.ToLowerInvariant()}.service");
        await File.WriteAllTextAsync(unit, Program().Replace(Text(service), "ExecStart=/bin/true "));

        var start = new ProcessStartInfo(Analyze, ["verify", unit]) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var analyze = Process.Start(start)!;
        var said = await Task.WhenAll(analyze.StandardError.ReadToEndAsync(), analyze.StandardOutput.ReadToEndAsync());
        await analyze.WaitForExitAsync();

        Assert.Equal((0, ""), (analyze.ExitCode, string.Concat(said)));
    }

    [Theory, MemberData(nameof(Units))]
    public void A_process_may_finish_before_systemd_kills_it(string service)
    {
        var hosting = DeployYaml.Load("deploy/systemd/config.yaml")["hosting"]!;
        Assert.True(Duration.TryParse((string)hosting["drain"]!, out var drain));
        Assert.True(Duration.TryParse((string)hosting["drain_delay"]!, out var delay));

        Assert.True(double.Parse(Value(service, "TimeoutStopSec"), CultureInfo.InvariantCulture) > (drain + delay).TotalSeconds);
    }

    [Theory, MemberData(nameof(Units))]
    public void Systemd_restarts_a_process_forever_unless_its_configuration_is_invalid(string service)
    {
        var unit = Text(service)[..Text(service).IndexOf("[Service]", StringComparison.Ordinal)];

        Assert.Contains("\nStartLimitIntervalSec=0\n", unit, StringComparison.Ordinal);
        Assert.Equal(("always", "2"), (Value(service, "Restart"), Value(service, "RestartPreventExitStatus")));
    }

    [Theory, MemberData(nameof(Units))]
    public void It_runs_the_published_program_and_reads_every_secret_that_it_is_given(string service)
    {
        var text = Text(service);

        Assert.StartsWith(
            $"/opt/rideingest/{service.ToLowerInvariant()}/RideIngest.{service} --config-path /etc/rideingest/config.yaml",
            Value(service, "ExecStart"), StringComparison.Ordinal);
        Assert.Equal(
            Credential().Matches(text).Select(credential => credential.Groups[1].Value),
            CredentialFile().Matches(text).Select(file => file.Groups[1].Value));
    }

    [Theory, MemberData(nameof(Units))]
    public async Task The_process_reads_the_configuration(string service)
    {
        using var folder = new TestDirectory();
        var config = folder.In("config.yaml");
        var text = await File.ReadAllTextAsync(DeployYaml.PathOf("deploy/systemd/config.yaml"));
        await File.WriteAllTextAsync(folder.In("hash"), new string('0', 64));
        await File.WriteAllTextAsync(config, text
            .Replace("/etc/rideingest/api_key_sha256", folder.In("hash"), StringComparison.Ordinal)
            .Replace("{ url: }", "{ url: http://127.0.0.1:1 }", StringComparison.Ordinal)
            .Replace("{ host: ,", "{ host: 127.0.0.1,", StringComparison.Ordinal)
            .Replace("/var/lib/rideingest", folder.Path, StringComparison.Ordinal));
        await using var process = StartedProcess.Service(
            service, "--config-path", config, "--urls", "http://127.0.0.1:0", "--nats:url=nats://127.0.0.1:1", "--nats:password=x",
            "--postgres:port=1", "--postgres:password=x");

        await process.UrlAsync();
    }

    private static string Text(string service) =>
        File.ReadAllText(DeployYaml.PathOf($"deploy/systemd/rideingest-{service.ToLowerInvariant()}.service"));

    private static string Value(string service, string key) =>
        Text(service).Split('\n').Single(line => line.StartsWith($"{key}=", StringComparison.Ordinal))[(key.Length + 1)..];

    [GeneratedRegex(@"^ExecStart=\S+ ", RegexOptions.Multiline)]
    private static partial Regex Program();

    [GeneratedRegex("^LoadCredential=([^:]+):/etc/rideingest/secrets/", RegexOptions.Multiline)]
    private static partial Regex Credential();

    [GeneratedRegex("^Environment=RIDEINGEST__[A-Z_]+_FILE=%d/(.+)$", RegexOptions.Multiline)]
    private static partial Regex CredentialFile();
}
