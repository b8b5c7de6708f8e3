using System.Globalization;

namespace RideIngest.LocalServers.Postgres;

/// <summary>The settings of a private Postgres, passed on its command line at every start.</summary>
internal static class ServerSettings
{
    public static IEnumerable<string> Arguments(PostgresServerOptions options, int port) =>
        Arguments(options, new Dictionary<string, string>
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            // A socket path may have at most 107 bytes, which a data directory easily exceeds, and clients use TCP.
            ["unix_socket_directories"] = "",
        });

    /// <summary>
    /// The settings for a container: the image listens on its own port and needs its socket to set up the database, and Testcontainers
    /// turns durability off.
    /// </summary>
    public static IEnumerable<string> ForContainer(PostgresServerOptions options) => Arguments(options, new Dictionary<string, string>
    {
        ["fsync"] = "on",
        ["synchronous_commit"] = "on",
        ["full_page_writes"] = "on",
    });

    private static IEnumerable<string> Arguments(PostgresServerOptions options, Dictionary<string, string> place)
    {
        var settings = new Dictionary<string, string>(place)
        {
            ["max_connections"] = options.MaxConnections.ToString(CultureInfo.InvariantCulture),
            ["shared_buffers"] = "256MB",
            ["max_wal_size"] = "2GB",
            ["checkpoint_timeout"] = "15min",
            ["wal_compression"] = "on",
            ["jit"] = "off",
            // Equal to UTC, but built into Postgres; a small machine may lack the zone files for UTC.
            ["timezone"] = "GMT",
            ["log_timezone"] = "GMT",
            ["logging_collector"] = "off",
        };
        if (!options.Durable)
        {
            settings["fsync"] = "off";
            settings["synchronous_commit"] = "off";
            settings["full_page_writes"] = "off";
            settings["shared_buffers"] = "64MB";
        }

        foreach (var (name, value) in options.Settings)
            settings[name] = value;
        return settings.SelectMany(setting => new[] { "-c", $"{setting.Key}={setting.Value}" });
    }
}
