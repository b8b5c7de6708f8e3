using System.Globalization;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using RideIngest.Hosting.Config;
using RideIngest.Hosting.Telemetry;

namespace RideIngest.Hosting.Processes;

/// <summary>Writes the text of <c>--help</c>.</summary>
internal static class Usage
{
    public static bool IsAsked(string[] args) => args.Any(a => a is "--help" or "-h" or "-?");

    public static string Of(string name, IReadOnlyList<IModule> modules)
    {
        var services = new ServiceCollection();
        RideIngestHost.Register(services, modules);
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"{name} {RideIngestTelemetry.Version}\n\n");
        Line("--config-path FILE", "settings in YAML; default: config.yaml in the working directory, if it exists");
        foreach (var (switched, key) in services.Switches()) Line($"--{switched} VALUE", $"short for --{key.Replace('.', ':')}=VALUE");
        Line("--SECTION:KEY=VALUE", "any setting of config-example.yaml, as in --nats:url=nats://127.0.0.1:4222;");
        Line("", $"or in the environment, as in {Settings.EnvironmentPrefix}NATS__URL");
        return text.ToString();

        void Line(string what, string meaning) => text.Append(CultureInfo.InvariantCulture, $"  {what,-20} {meaning}\n");
    }
}
