using System.Security.Claims;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;
using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Access;

/// <summary>Configures the authentication scheme for tokens, and maps their roles to scopes.</summary>
internal static class JwtTokens
{
    // Asymmetric algorithms only: with a shared secret, anyone who verifies tokens could also issue them.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    public static void Configure(JwtBearerOptions options, JwtSettings settings)
    {
        options.MapInboundClaims = false;
        options.TokenValidationParameters = new()
        {
            ValidAudience = settings.Audience,
            ValidAlgorithms = Algorithms,
            ClockSkew = TimeSpan.FromSeconds(30),
        };
        if (settings.KeyFile is { } file)
        {
            options.TokenValidationParameters.ValidIssuer = settings.Authority;
            options.TokenValidationParameters.IssuerSigningKeys = Keys(file);
        }
        else
        {
            options.Authority = settings.Authority;
            options.RequireHttpsMetadata = !new Uri(settings.Authority!).IsLoopback;
        }
        options.Events = new()
        {
            // A bearer value may also be an API key.
            OnMessageReceived = received =>
            {
                if (!ApiKeys.IsToken(received.Request))
                    received.NoResult();
                return Task.CompletedTask;
            },
            OnTokenValidated = validated =>
            {
                validated.Principal = CallerOf(validated.Principal!, settings).Principal;
                return Task.CompletedTask;
            },
        };
    }

    private static Caller CallerOf(ClaimsPrincipal token, JwtSettings settings)
    {
        var roles = token.FindAll(settings.RoleClaim).Select(claim => claim.Value);
        var scopes = roles.SelectMany(role => settings.Roles.GetValueOrDefault(role) ?? []);
        var name = token.FindFirst("client_id") ?? token.FindFirst("azp") ?? token.FindFirst("sub");
        return new Caller(JwtBearerDefaults.AuthenticationScheme, name?.Value ?? "without a name", scopes);
    }

    private static IEnumerable<SecurityKey> Keys(string file)
    {
        try
        {
            var text = File.ReadAllText(file);
            if (text.TrimStart().StartsWith('{'))
                return new JsonWebKeySet(text).GetSigningKeys();
            return [PublicKey(text)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            throw new StartupException($"auth.jwt.key_file: {file} has neither a PEM public key nor a JSON Web Key Set: {e.Message}", e);
        }
    }

    private static AsymmetricSecurityKey PublicKey(string pem)
    {
        try
        {
            var rsa = RSA.Create();
            rsa.ImportFromPem(pem);
            return new RsaSecurityKey(rsa);
        }
        catch (CryptographicException)
        {
            var ecdsa = ECDsa.Create();
            ecdsa.ImportFromPem(pem);
            return new ECDsaSecurityKey(ecdsa);
        }
    }
}
