using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace RideIngest.Storage.Postgres;

/// <summary>Parses <c>postgres://</c> URLs, which Npgsql does not support, and Npgsql's connection strings.</summary>
public static class PostgresUrl
{
    public static NpgsqlConnectionStringBuilder Parse(string url) =>
        TryParse(url, out var connection, out var problem) ? connection : throw new FormatException(problem);

    internal static bool TryParse(string url, [NotNullWhen(true)] out NpgsqlConnectionStringBuilder? connection, out string problem)
    {
        (connection, problem) = (null, "It is not a Postgres URL");
        try
        {
            if (!url.StartsWith("postgres://", StringComparison.Ordinal) && !url.StartsWith("postgresql://", StringComparison.Ordinal))
            {
                connection = new NpgsqlConnectionStringBuilder(url);
                return true;
            }

            if (!Uri.TryCreate(url, UriKind.Absolute, out var uri))
                return false;
            var parsed = new NpgsqlConnectionStringBuilder();
            if (uri.Host.Length > 0)
                parsed.Host = Uri.UnescapeDataString(uri.Host.Trim('[', ']'));
            if (uri.Port > 0)
                parsed.Port = uri.Port;
            if (uri.AbsolutePath.Length > 1)
                parsed.Database = Uri.UnescapeDataString(uri.AbsolutePath[1..]);
            var user = uri.UserInfo.Split(':', 2);
            if (user[0].Length > 0)
                parsed.Username = Uri.UnescapeDataString(user[0]);
            if (user.Length > 1)
                parsed.Password = Uri.UnescapeDataString(user[1]);
            foreach (var pair in uri.Query.TrimStart('?').Split('&', StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = pair.Split('=', 2);
                Apply(parsed, Uri.UnescapeDataString(parts[0]), parts.Length > 1 ? Uri.UnescapeDataString(parts[1]) : "");
            }

            connection = parsed;
            return true;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            problem = $"It is not a Postgres URL: {e.Message}";
            return false;
        }
    }

    // Maps libpq's names to Npgsql's.
    private static void Apply(NpgsqlConnectionStringBuilder connection, string name, string value) =>
        connection[name.ToLowerInvariant() switch
        {
            "sslmode" => "SSL Mode",
            "sslrootcert" => "Root Certificate",
            "sslcert" => "SSL Certificate",
            "sslkey" => "SSL Key",
            "connect_timeout" => "Timeout",
            "application_name" => "Application Name",
            "dbname" => "Database",
            "user" => "Username",
            _ => name,
        }] = name.Equals("sslmode", StringComparison.OrdinalIgnoreCase) ? value.Replace("-", "", StringComparison.Ordinal) : value;
}
