namespace NATS.Client.Core;

/// <summary>Credentials for one attempt to connect.</summary>
public readonly struct NatsAuthCred
{
    private NatsAuthCred(string? username, string? password, string? token, bool needsKeys = false)
    {
        Username = username;
        Password = password;
        Token = token;
        NeedsKeys = needsKeys;
    }

    internal string? Username { get; }

    internal string? Password { get; }

    internal string? Token { get; }

    internal bool NeedsKeys { get; }

    public static NatsAuthCred FromUserInfo(string username, string password) => new(username, password, null);

    public static NatsAuthCred FromToken(string token) => new(null, null, token);

    public static NatsAuthCred FromJwt(string jwt, string seed) => new(null, null, null, needsKeys: true);

    public static NatsAuthCred FromNkey(string seed) => new(null, null, null, needsKeys: true);

    public static NatsAuthCred FromCreds(string creds) => new(null, null, null, needsKeys: true);

    public static NatsAuthCred FromCredsFile(string credFile) => new(null, null, null, needsKeys: true);

    public static NatsAuthCred FromNkeyFile(string nkeyFile) => new(null, null, null, needsKeys: true);
}
