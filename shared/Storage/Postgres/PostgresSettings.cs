using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Storage.Postgres;

/// <summary>The section <c>postgres</c>: a URL or its parts. Parts that the URL lacks are taken from the other settings.</summary>
public sealed class PostgresSettings
{
    /// <summary><c>postgres://user:password@host:5432/database?sslmode=require</c>, or an Npgsql connection string.</summary>
    [PostgresUrl, GoodValue("postgres://rideingest@127.0.0.1:5432/rideingest")]
    public string? Url { get; set; }

    /// <summary>A name, an address, or the directory of a Unix socket.</summary>
    [Required, GoodValue("127.0.0.1")]
    public string Host { get; set; } = "127.0.0.1";

    [Range(1, 65535, ErrorMessage = "It must be from 1 to 65535"), GoodValue("5432")]
    public int Port { get; set; } = 5432;

    [Required, GoodValue("rideingest")]
    public string Database { get; set; } = "rideingest";

    [Required, GoodValue("rideingest")]
    public string Username { get; set; } = "rideingest";

    [Secret]
    public string? Password { get; set; }

    /// <summary>The maximum number of connections of this process.</summary>
    [Range(1, 1000, ErrorMessage = "It must be from 1 to 1000"), GoodValue("20")]
    public int MaxConnections { get; set; } = 20;

    [Range(typeof(TimeSpan), "00:00:01", "00:05:00", ErrorMessage = "It must be from 1s to 5m"), GoodValue("5s")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    [Range(typeof(TimeSpan), "00:00:01", "01:00:00", ErrorMessage = "It must be from 1s to 1h"), GoodValue("30s")]
    public TimeSpan CommandTimeout { get; set; } = TimeSpan.FromSeconds(30);
}

[AttributeUsage(AttributeTargets.Property)]
internal sealed class PostgresUrlAttribute : ValidationAttribute
{
    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext) =>
        value is not string url || PostgresUrl.TryParse(url, out _, out var problem) ? null : new ValidationResult(problem);
}
