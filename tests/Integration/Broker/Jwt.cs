using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using NATS.NKeys;

namespace RideIngest.Integration.Broker;

/// <summary>An operator, its system account and one more of a test's own, as nsc would make them, and users of the latter.</summary>
internal sealed class Jwt : IDisposable
{
    private readonly KeyPair _operator = KeyPair.CreatePair(PrefixByte.Operator);
    private readonly KeyPair _system = KeyPair.CreatePair(PrefixByte.Account);
    private readonly KeyPair _account = KeyPair.CreatePair(PrefixByte.Account);

    /// <summary>For a server that accepts every user whose JWT the account has signed.</summary>
    public string ServerConfig => $$"""
        operator: {{Sign(_operator, _operator, "operator", [])}}
        system_account: {{_system.GetPublicKey()}}
        resolver: MEMORY
        resolver_preload: {
          {{_system.GetPublicKey()}}: {{Sign(_operator, _system, "account", new() { ["limits"] = Limits(0) })}}
          {{_account.GetPublicKey()}}: {{Sign(_operator, _account, "account", new() { ["limits"] = Limits(-1) })}}
        }
        """;

    /// <summary>The credentials file of a new user.</summary>
    /// <param name="signer">Another account than that of the server, to be refused.</param>
    public string Creds(Jwt? signer = null)
    {
        using var user = KeyPair.CreatePair(PrefixByte.User);
        var limits = new JsonObject { ["subs"] = -1, ["data"] = -1, ["payload"] = -1 };
        return $"""
            -----BEGIN NATS USER JWT-----
            {Sign((signer ?? this)._account, user, "user", limits)}
            ------END NATS USER JWT------

            -----BEGIN USER NKEY SEED-----
            {user.GetSeed()}
            ------END USER NKEY SEED------
            """;
    }

    public void Dispose()
    {
        _operator.Dispose();
        _system.Dispose();
        _account.Dispose();
    }

    private static JsonObject Limits(int storage) => new()
    {
        ["subs"] = -1,
        ["data"] = -1,
        ["payload"] = -1,
        ["imports"] = -1,
        ["exports"] = -1,
        ["wildcards"] = true,
        ["conn"] = -1,
        ["leaf"] = -1,
        ["mem_storage"] = storage,
        ["disk_storage"] = storage,
        ["streams"] = storage,
        ["consumer"] = storage,
    };

    private static string Sign(KeyPair issuer, KeyPair subject, string type, JsonObject nats)
    {
        (nats["type"], nats["version"]) = (type, 2);
        var claims = new JsonObject
        {
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["iat"] = DateTimeOffset.UtcNow.ToUnixTimeSeconds(),
            ["iss"] = issuer.GetPublicKey(),
            ["sub"] = subject.GetPublicKey(),
            ["name"] = type,
            ["nats"] = nats,
        };
        var text = $"{Part("""{"typ":"JWT","alg":"ed25519-nkey"}""")}.{Part(claims.ToJsonString())}";
        var signature = new byte[64];
        issuer.Sign(Encoding.ASCII.GetBytes(text), signature);
        return $"{text}.{Base64Url.EncodeToString(signature)}";
    }

    private static string Part(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));
}
