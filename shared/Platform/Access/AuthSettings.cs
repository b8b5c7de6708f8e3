using System.ComponentModel.DataAnnotations;
using RideIngest.Platform.Config;

namespace RideIngest.Platform.Access;

/// <summary>The section <c>auth</c>.</summary>
public sealed class AuthSettings
{
    public AuthMode Mode { get; set; } = AuthMode.None;

    /// <summary>Lets <see cref="AuthMode.None"/> stand where others than this machine can connect.</summary>
    public bool Open { get; set; }

    public List<ApiKeySettings> Keys { get; set; } = [];
}

public enum AuthMode
{
    /// <summary>Everybody may do everything: on loopback only, unless <c>auth.open</c> says otherwise.</summary>
    None,

    /// <summary>Requests carry one of <c>auth.keys</c>.</summary>
    Keys,
}

/// <summary>One of <c>auth.keys</c>.</summary>
public sealed class ApiKeySettings
{
    /// <summary>Who has it, for logs and answers.</summary>
    [Required, GoodValue("xrides-backend")]
    public string Name { get; set; } = "";

    /// <summary>SHA-256 of the key, in hex: the key itself is nowhere in the configuration.</summary>
    [Required, RegularExpression("[0-9a-fA-F]{64}", ErrorMessage = "It is no SHA-256 in hex")]
    [GoodValue("what `printf %s KEY | sha256sum` prints")]
    public string Sha256 { get; set; } = "";

    /// <summary>What it allows: <c>read</c>, <c>ops</c>, and <c>bookings:write</c> and its like, as <see cref="Scopes"/> has them.</summary>
    public List<string> Scopes { get; set; } = [];

    /// <summary>Records per second; 0 is no limit.</summary>
    [Range(0, int.MaxValue), GoodValue("5000")]
    public int RecordsPerSecond { get; set; }
}
