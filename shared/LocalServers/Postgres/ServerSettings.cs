using System.Globalization;

namespace RideIngest.LocalServers.Postgres;

/// <summary>The settings a private Postgres runs with, given on its command line at every start.</summary>
internal static class ServerSettings
{
    public static IEnumerable<string> Arguments(PostgresServerOptions options, int port) =>
        Arguments(options, new Dictionary<string, string>
        {
            ["listen_addresses"] = "127.0.0.1",
            ["port"] = port.ToString(CultureInfo.InvariantCulture),
            // A socket's path may have 107 bytes at most, which a data directory easily exceeds; and TCP is what users use.
            ["unix_socket_directories"] = "",
        });

    /// <summary>
    /// The image listens at its own port, and needs its socket to set up the database. Testcontainers turns durability off.
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
            // What others call UTC; but Postgres knows this one by itself, and a small machine may lack the zone files.
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
