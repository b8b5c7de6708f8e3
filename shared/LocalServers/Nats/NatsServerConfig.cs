using System.Text;

namespace RideIngest.LocalServers;

/// <summary>The configuration file of a private nats-server.</summary>
internal static class NatsServerConfig
{
    /// <summary>The first that knows <c>sync_interval</c>; older ones refuse to start when they read it.</summary>
    private static readonly Version KnowsSyncInterval = new(2, 10);

    public static bool SyncsAlways(NatsServerOptions options, Version version)
        => options is { JetStream: true, SyncAlways: true } && version >= KnowsSyncInterval;

    public static string Text(NatsServerOptions options, Version version, string name, string store, int port, int? monitorPort)
    {
        var text = new StringBuilder();
        text.AppendLine("# Written at every start.");
        text.AppendLine(null, $"server_name: {Quoted(name)}");
        text.AppendLine(null, $"listen: \"127.0.0.1:{port}\"");
        if (monitorPort is not null)
            text.AppendLine(null, $"http: \"127.0.0.1:{monitorPort}\"");
        if (options.JetStream)
        {
            var sync = SyncsAlways(options, version) ? ", sync_interval: always" : "";
            text.AppendLine(null, $"jetstream {{ store_dir: {Quoted(store)}{sync} }}");
        }

        if (options.Routes is { } routes)
        {
            var everyone = string.Join(", ", routes.Everyone.Select(route => $"\"nats-route://127.0.0.1:{route}\""));
            text.AppendLine(null, $"cluster {{ name: {Quoted(routes.Cluster)}, listen: \"127.0.0.1:{routes.Port}\", routes: [{everyone}] }}");
        }

        return text.AppendLine(options.Config).ToString();
    }

    private static string Quoted(string value) => $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
