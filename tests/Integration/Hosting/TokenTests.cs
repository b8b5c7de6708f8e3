using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using RideIngest.Hosting.Access;
using RideIngest.Hosting.Processes;
using RideIngest.Integration.Systems;

namespace RideIngest.Integration.Hosting;

/// <summary>Tokens of an issuer as the second scheme beside API keys.</summary>
public sealed class TokenTests : IDisposable
{
    private const string Audience = "rideingest";
    private const string Issuer = "https://login.example.com/rides";

    private static readonly TestModule Module = new(
        services => services.AddScopes("read", "bookings:write"),
        routes =>
        {
            routes.MapGet("/records", (Microsoft.AspNetCore.Http.HttpContext http) => Caller.Of(http)!.Name).Needs("read");
            routes.MapPost("/records", () => "sent").Needs("bookings:write");
        });

    private readonly RSA _key = RSA.Create(2048);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tokens-");

    public void Dispose()
    {
        _key.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task The_roles_of_a_token_allow_what_the_configuration_says()
    {
        await using var host = await StartAsync();

        var read = await SendAsync(host, HttpMethod.Get, Token(roles: ["clerk", "unheard"]));
        var write = await SendAsync(host, HttpMethod.Post, Token(roles: ["clerk"]));
        var both = await SendAsync(host, HttpMethod.Post, Token(roles: ["clerk", "dispatcher"]));

        Assert.Equal((HttpStatusCode.OK, "ana"), (read.Status, read.Text));
        Assert.Equal(HttpStatusCode.Forbidden, write.Status);
        Assert.Contains("The token of ana lacks the scope bookings:write", write.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, both.Status);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_key_goes_on_working_beside_tokens()
    {
        await using var host = await StartAsync();

        Assert.Equal((HttpStatusCode.OK, "reader"), await SendAsync(host, HttpMethod.Get, "the-readers-key"));
        Assert.Equal(HttpStatusCode.Unauthorized, (await SendAsync(host, HttpMethod.Get, "guess")).Status);
        await host.StopAsync();
    }

    [Theory]
    [InlineData("it is from another issuer", "https://login.example.com/other", Audience, 600)]
    [InlineData("it is for another audience", Issuer, "others", 600)]
    [InlineData("it is expired", Issuer, Audience, -600)]
    public async Task A_token_of_others_or_of_yesterday_is_refused_which_says_why(string why, string issuer, string audience, int seconds)
    {
        await using var host = await StartAsync();

        var refused = await SendAsync(host, HttpMethod.Get, Token(issuer, audience, seconds, "clerk"));

        Assert.Equal(HttpStatusCode.Unauthorized, refused.Status);
        Assert.Equal($"The token is not accepted: {why}.", (string?)JsonNode.Parse(refused.Text)!["detail"]);
        await host.StopAsync();
    }

    [Fact]
    public async Task A_token_that_others_signed_or_nobody_did_is_refused()
    {
        await using var host = await StartAsync();
        using var other = RSA.Create(2048);
        var unsigned = $"{Token(roles: ["clerk"]).Split('.')[1]}";

        var forged = await SendAsync(host, HttpMethod.Get, Token(other, Issuer, Audience, 600, "clerk"));
        var none = await SendAsync(host, HttpMethod.Get, $"{Base64UrlEncoder.Encode("""{"alg":"none","typ":"JWT"}""")}.{unsigned}.");

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized), (forged.Status, none.Status));
        Assert.Contains("signature", forged.Text, StringComparison.Ordinal);
        await host.StopAsync();
    }

    [Fact]
    public async Task Without_a_key_file_the_issuers_keys_are_fetched_from_it()
    {
        var url = "";
        var jwk = JsonWebKeyConverter.ConvertFromRSASecurityKey(new RsaSecurityKey(_key.ExportParameters(includePrivateParameters: false))
        {
            KeyId = "first",
        });
        await using var issuer = await new TestModule(endpoints: routes =>
        {
            routes.MapGet("/.well-known/openid-configuration", () => new Dictionary<string, string>
            {
                ["issuer"] = url,
                ["jwks_uri"] = $"{url}/keys",
            }).Public();
            routes
                .MapGet(
                    "/keys", () => JsonSerializer.Serialize(
                        new { keys = new[] { new { jwk.Kty, jwk.Kid, jwk.N, jwk.E } } }, JsonSerializerOptions.Web))
                .Public();
        }).StartAsync();
        url = issuer.Urls[0];
        await using var host = await Module.StartAsync([.. Arguments, $"--auth:jwt:authority={url}"]);

        Assert.Equal((HttpStatusCode.OK, "ana"), await SendAsync(host, HttpMethod.Get, Token(issuer: url, roles: ["clerk"])));
        await host.StopAsync();
        await issuer.StopAsync();
    }

    private static string[] Arguments =>
    [
        .. Keys.Of(0, "reader", "the-readers-key", "read"), $"--auth:jwt:audience={Audience}",
        "--auth:jwt:roles:clerk=read", "--auth:jwt:roles:dispatcher=read,bookings:write",
    ];

    private async Task<RideIngestHost> StartAsync()
    {
        var file = Path.Combine(_folder.FullName, "issuer.pem");
        await File.WriteAllTextAsync(file, _key.ExportSubjectPublicKeyInfoPem());
        return await Module.StartAsync([.. Arguments, $"--auth:jwt:authority={Issuer}", $"--auth:jwt:key_file={file}"]);
    }

    private string Token(string issuer = Issuer, string audience = Audience, int seconds = 600, params string[] roles) =>
        Token(_key, issuer, audience, seconds, roles);

    private static string Token(RSA key, string issuer, string audience, int seconds, params string[] roles) =>
        new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = issuer,
            Audience = audience,
            NotBefore = DateTime.UtcNow.AddHours(-1),
            Expires = DateTime.UtcNow.AddSeconds(seconds),
            Claims = new Dictionary<string, object> { ["sub"] = "ana", ["roles"] = roles },
            SigningCredentials = new(new RsaSecurityKey(key) { KeyId = "first" }, SecurityAlgorithms.RsaSha256),
        });

    private static async Task<(HttpStatusCode Status, string Text)> SendAsync(RideIngestHost host, HttpMethod method, string bearer)
    {
        using var client = host.Client();
        using var request = new HttpRequestMessage(method, "/records");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", bearer);
        using var answer = await client.SendAsync(request);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync());
    }
}
