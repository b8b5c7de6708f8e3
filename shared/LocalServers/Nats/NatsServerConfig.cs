using System.Text;

namespace RideIngest.LocalServers.Nats;

/// <summary>Writes the configuration file of a private nats-server.</summary>
internal static class NatsServerConfig
{
    /// <summary>The user name for <see cref="NatsServerOptions.Password"/>.</summary>
    public const string Username = "rideingest";

    /// <summary>The first version with <c>sync_interval</c>; older ones fail to start on unknown keys.</summary>
    private static readonly Version KnowsSyncInterval = new(2, 10);

    public static bool SyncsAlways(NatsServerOptions options, Version version) =>
        options is { JetStream: true, SyncAlways: true } && version >= KnowsSyncInterval;

    public static string Text(
        NatsServerOptions options, Version version, string name, string store, int port, int? monitorPort, string host = "127.0.0.1")
    {
        var text = new StringBuilder();
        text.AppendLine("# Written at every start.");
        text.AppendLine(null, $"server_name: {Quoted(name)}");
        text.AppendLine(null, $"listen: \"{host}:{port}\"");
        if (monitorPort is not null)
            text.AppendLine(null, $"http: \"{host}:{monitorPort}\"");
        var access = options.Password is { } password ? Authorization(password) : "";
        text.AppendLine(access);
        if (options.JetStream)
        {
            var sync = SyncsAlways(options, version) ? ", sync_interval: always" : "";
            text.AppendLine(null, $"jetstream {{ store_dir: {Quoted(store)}{sync} }}");
        }

        if (options.Routes is { } routes)
        {
            // Routes carry all client messages, so they need the same password.
            var everyone = string.Join(", ", routes.Everyone.Select(route => Quoted(Url("nats-route", options.Password, route))));
            text.AppendLine(null, $"cluster {{ name: {Quoted(routes.Cluster)}, listen: \"127.0.0.1:{routes.Port}\", routes: [{everyone}]");
            text.AppendLine(null, $"{access} }}");
        }

        return text.AppendLine(options.Config).ToString();
    }

    public static string Url(string scheme, string? password, int port) =>
        $"{scheme}://{(password is null ? "" : $"{Username}:{Uri.EscapeDataString(password)}@")}127.0.0.1:{port}";

    // On a busy machine, clients may exceed the default of two seconds for CONNECT, and may give up after two failures.
    private static string Authorization(string password) =>
        $"authorization {{ user: {Quoted(Username)}, password: {Quoted(password)}, timeout: 10 }}";

    private static string Quoted(string value) =>
        $"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
