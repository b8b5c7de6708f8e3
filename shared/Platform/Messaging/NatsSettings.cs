using System.ComponentModel.DataAnnotations;
using NATS.Client.Core;
using RideIngest.Platform.Config;

namespace RideIngest.Platform.Messaging;

/// <summary>The section <c>nats</c>.</summary>
public sealed class NatsSettings
{
    /// <summary>One server or several of a cluster, joined by commas.</summary>
    [Required, NatsUrl, GoodValue("nats://127.0.0.1:4222")]
    public string Url { get; set; } = "nats://127.0.0.1:4222";

    public string? Username { get; set; }

    [Secret]
    public string? Password { get; set; }

    [Secret]
    public string? Token { get; set; }

    public NatsTlsSettings Tls { get; set; } = new();

    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00", ErrorMessage = "It must be from 100ms to 5m"), GoodValue("5s")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00", ErrorMessage = "It must be from 100ms to 5m"), GoodValue("5s")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(5);
}

/// <summary>The section <c>nats.tls</c>.</summary>
public sealed class NatsTlsSettings
{
    /// <summary>Auto: as the URL and the server say.</summary>
    public TlsMode Mode { get; set; } = TlsMode.Auto;

    /// <summary>PEM file of the authorities that the server's certificate may come from, where the system's are not enough.</summary>
    public string? CaFile { get; set; }

    /// <summary>PEM file of our own certificate, for servers that ask for one.</summary>
    public string? CertFile { get; set; }

    public string? KeyFile { get; set; }
}

[AttributeUsage(AttributeTargets.Property)]
internal sealed class NatsUrlAttribute() : ValidationAttribute("It is no NATS URL; what stands for a user and a password in one is percent-encoded, / as %2F")
{
    public override bool IsValid(object? value) => value is not string urls || urls.Split(',').All(IsUrl);

    private static bool IsUrl(string url) =>
        Uri.TryCreate(url.Trim(), UriKind.Absolute, out var uri) && uri is { Scheme: "nats" or "tls" or "ws" or "wss", Host.Length: > 0 };
}
