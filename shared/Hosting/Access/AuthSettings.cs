using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Access;

/// <summary>The section <c>auth</c>.</summary>
public sealed class AuthSettings
{
    public AuthMode Mode { get; set; } = AuthMode.None;

    /// <summary>Allows <see cref="AuthMode.None"/> on addresses that other machines can reach.</summary>
    public bool Open { get; set; }

    public List<ApiKeySettings> Keys { get; set; } = [];

    public JwtSettings Jwt { get; set; } = new();
}

public enum AuthMode
{
    /// <summary>No key is required. Allowed on loopback only, unless <c>auth.open</c> is set.</summary>
    None,

    /// <summary>Requests need one of <c>auth.keys</c>, or a token that <c>auth.jwt</c> accepts.</summary>
    Keys,
}

/// <summary>One of <c>auth.keys</c>.</summary>
public sealed class ApiKeySettings
{
    /// <summary>The owner's name, for logs and answers.</summary>
    [Required, GoodValue("xrides-backend")]
    public string Name { get; set; } = "";

    /// <summary>
    /// SHA-256 of the key in hex; the file name that sha256sum prints is allowed. The key itself is never in the configuration.
    /// </summary>
    [Required, RegularExpression(@"[0-9a-fA-F]{64}(\s+\S.*)?", ErrorMessage = "It is not a SHA-256 in hex")]
    [GoodValue("what `printf %s KEY | sha256sum` prints")]
    public string Sha256 { get; set; } = "";

    /// <summary>
    /// What the key allows, from <see cref="Scopes"/>: <c>read</c>, <c>ops</c>, or writing, such as <c>bookings:write</c>.
    /// </summary>
    public List<string> Scopes { get; set; } = [];

    /// <summary>Records per second; 0 means no limit.</summary>
    [Range(0, int.MaxValue), GoodValue("5000")]
    public int RecordsPerSecond { get; set; }
}

/// <summary>The section <c>auth.jwt</c>: tokens of an OpenID Connect provider.</summary>
public sealed class JwtSettings
{
    /// <summary>The issuer of the tokens. Its keys are fetched from there, unless <see cref="KeyFile"/> is set.</summary>
    [Url(ErrorMessage = "It is not a URL"), GoodValue("https://login.example.com/realms/rides")]
    public string? Authority { get; set; }

    /// <summary>The audience that tokens must be issued for.</summary>
    [GoodValue("rideingest")]
    public string? Audience { get; set; }

    /// <summary>The issuer's public key in PEM, or a JSON Web Key Set.</summary>
    [GoodValue("/etc/rideingest/issuer.pem")]
    public string? KeyFile { get; set; }

    /// <summary>The claim with the sender's roles.</summary>
    [Required, GoodValue("roles")]
    public string RoleClaim { get; set; } = "roles";

    /// <summary>The scopes of each role.</summary>
    public Dictionary<string, List<string>> Roles { get; set; } = [];

    internal bool IsOn => Authority is not null;
}
