using System.Text;

namespace NATS.Client.Core;

/// <summary>
/// Who connects. User with password, and token, are supported; NKeys, JWTs and credential files are refused
/// at connect with an error that names the package which knows them.
/// </summary>
public record NatsAuthOpts
{
    public static readonly NatsAuthOpts Default = new();

    public string? Username { get; init; }

    public string? Password { get; init; }

    public string? Token { get; init; }

    public string? Jwt { get; init; }

    public string? NKey { get; init; }

    public string? Seed { get; init; }

    public string? Creds { get; init; }

    public string? CredsFile { get; init; }

    public string? NKeyFile { get; init; }

    /// <summary>Asked before every attempt to connect; what it returns takes the place of the fixed options.</summary>
    public Func<Uri, CancellationToken, ValueTask<NatsAuthCred>>? AuthCredCallback { get; init; }

    public bool IsAnonymous =>
        string.IsNullOrEmpty(Username) && string.IsNullOrEmpty(Password) && string.IsNullOrEmpty(Token) &&
        !NeedsKeys && AuthCredCallback is null;

    internal bool NeedsKeys =>
        !string.IsNullOrEmpty(Jwt) || !string.IsNullOrEmpty(NKey) || !string.IsNullOrEmpty(Seed) ||
        !string.IsNullOrEmpty(Creds) || !string.IsNullOrEmpty(CredsFile) || !string.IsNullOrEmpty(NKeyFile);

    // Options find their way into logs: the printed form says which credentials are set, never what they are.
    protected virtual bool PrintMembers(StringBuilder builder)
    {
        builder.Append("Username = ").Append(Username);
        builder.Append(", Password = ").Append(Mask(Password));
        builder.Append(", Token = ").Append(Mask(Token));
        builder.Append(", IsAnonymous = ").Append(IsAnonymous);
        return true;
    }

    private static string? Mask(string? secret) => string.IsNullOrEmpty(secret) ? null : "***";
}
