using System.ComponentModel.DataAnnotations;
using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Access;

/// <summary>The section <c>auth</c>.</summary>
public sealed class AuthSettings
{
    public AuthMode Mode { get; set; } = AuthMode.None;

    /// <summary>Lets <see cref="AuthMode.None"/> stand where others than this machine can connect.</summary>
    public bool Open { get; set; }

    public List<ApiKeySettings> Keys { get; set; } = [];

    public JwtSettings Jwt { get; set; } = new();
}

public enum AuthMode
{
    /// <summary>Everybody may do everything: on loopback only, unless <c>auth.open</c> says otherwise.</summary>
    None,

    /// <summary>Requests carry one of <c>auth.keys</c>, or a token that <c>auth.jwt</c> accepts.</summary>
    Keys,
}

/// <summary>One of <c>auth.keys</c>.</summary>
public sealed class ApiKeySettings
{
    /// <summary>Who has it, for logs and answers.</summary>
    [Required, GoodValue("xrides-backend")]
    public string Name { get; set; } = "";

    /// <summary>
    /// SHA-256 of the key in hex, also with what sha256sum prints behind it. The key itself is nowhere in the configuration.
    /// </summary>
    [Required, RegularExpression(@"[0-9a-fA-F]{64}(\s+\S.*)?", ErrorMessage = "It is no SHA-256 in hex")]
    [GoodValue("what `printf %s KEY | sha256sum` prints")]
    public string Sha256 { get; set; } = "";

    /// <summary>
    /// What it allows: <c>read</c>, <c>ops</c>, and <c>bookings:write</c> and its like, as <see cref="Scopes"/> has them.
    /// </summary>
    public List<string> Scopes { get; set; } = [];

    /// <summary>Records per second; 0 is no limit.</summary>
    [Range(0, int.MaxValue), GoodValue("5000")]
    public int RecordsPerSecond { get; set; }
}

/// <summary>The section <c>auth.jwt</c>: tokens of an OpenID Connect provider.</summary>
public sealed class JwtSettings
{
    /// <summary>Who issues the tokens. Its keys are fetched from there, unless <see cref="KeyFile"/> has them.</summary>
    [Url(ErrorMessage = "It is no URL"), GoodValue("https://login.example.com/realms/rides")]
    public string? Authority { get; set; }

    /// <summary>Whom the tokens are for: us.</summary>
    [GoodValue("rideingest")]
    public string? Audience { get; set; }

    /// <summary>The issuer's public key in PEM, or a JSON Web Key Set.</summary>
    [GoodValue("/etc/rideingest/issuer.pem")]
    public string? KeyFile { get; set; }

    /// <summary>The claim that lists the sender's roles.</summary>
    [Required, GoodValue("roles")]
    public string RoleClaim { get; set; } = "roles";

    /// <summary>The scopes of each role.</summary>
    public Dictionary<string, List<string>> Roles { get; set; } = [];

    internal bool IsOn => Authority is not null;
}
