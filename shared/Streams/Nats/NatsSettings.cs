using System.ComponentModel.DataAnnotations;
using NATS.Client.Core;
using NATS.NKeys;
using RideIngest.Hosting.Config;

namespace RideIngest.Streams.Nats;

/// <summary>The section <c>nats</c>.</summary>
public sealed class NatsSettings
{
    /// <summary>The URL of a server, or several URLs of a cluster separated by commas.</summary>
    [Required, NatsUrl, GoodValue("nats://127.0.0.1:4222")]
    public string Url { get; set; } = "nats://127.0.0.1:4222";

    public string? Username { get; set; }

    [Secret, NatsSignIn]
    public string? Password { get; set; }

    [Secret, NatsSignIn]
    public string? Token { get; set; }

    /// <summary>The seed of a user's NKey.</summary>
    [Secret, NatsSignIn, NkeySeed, GoodValue("nats.nkey_seed_file with the path of a file that nk -gen user wrote")]
    public string? NkeySeed { get; set; }

    /// <summary>The content of a credentials file: a user's JWT and the seed that signs for it.</summary>
    [Secret, NatsSignIn, NatsCreds, GoodValue("nats.creds_file with the path of a file that nsc wrote")]
    public string? Creds { get; set; }

    public NatsTlsSettings Tls { get; set; } = new();

    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00", ErrorMessage = "It must be from 100ms to 5m"), GoodValue("5s")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    [Range(typeof(TimeSpan), "00:00:00.100", "00:05:00", ErrorMessage = "It must be from 100ms to 5m"), GoodValue("5s")]
    public TimeSpan RequestTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The configured credentials; at most one kind is set.</summary>
    internal NatsAuthOpts Auth
    {
        get
        {
            if (NkeySeed is null)
                return new() { Username = Username, Password = Password, Token = Token, Creds = Creds };
            using var pair = KeyPair.FromSeed(NkeySeed);
            return new() { Seed = NkeySeed, NKey = pair.GetPublicKey() };
        }
    }
}

/// <summary>The section <c>nats.tls</c>.</summary>
public sealed class NatsTlsSettings
{
    /// <summary>Auto follows the URL and the server.</summary>
    public TlsMode Mode { get; set; } = TlsMode.Auto;

    /// <summary>A PEM file of authorities to trust, if the system does not trust the server's certificate.</summary>
    public string? CaFile { get; set; }

    /// <summary>A PEM file of our own certificate, for servers that require one.</summary>
    public string? CertFile { get; set; }

    public string? KeyFile { get; set; }
}
