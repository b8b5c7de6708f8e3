using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace RideIngest.Hosting.Access;

/// <summary>
/// Signs people in to pages with a key or a token, which a cookie then stands for. It holds the key's hash, so that a key that is removed
/// ends its sessions; or the name and scopes of the token.
/// </summary>
public sealed class Sessions
{
    private const string Cookie = "rideingest-session";

    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    private readonly ApiKeys _keys;
    private readonly ITimeLimitedDataProtector _protector;
    private readonly bool _takesTokens;

    internal Sessions(ApiKeys keys, IDataProtectionProvider protection, AuthSettings settings) =>
        (_keys, _protector, _takesTokens) =
        (keys, protection.CreateProtector("RideIngest.Session").ToTimeLimitedDataProtector(), settings.Jwt.IsOn);

    /// <returns>Whether the key or token is accepted. The answer then sets the cookie.</returns>
    public async Task<bool> SignInAsync(HttpContext context, string keyOrToken)
    {
        var key = keyOrToken.Trim();
        if (_keys.Find(key) is { } caller)
        {
            Keep(context, new Session(Convert.ToHexString(caller.Hash), caller.Name!, []), Lifetime);
            return true;
        }
        if (!_takesTokens)
            return false;
        context.Request.Headers.Authorization = $"Bearer {key}";
        var token = await context.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        if (token is not { Succeeded: true, Principal.Identity: Caller holder })
            return false;
        var left = token.Properties?.ExpiresUtc - DateTimeOffset.UtcNow ?? Lifetime;
        Keep(context, new Session(null, holder.Name!, [.. holder.Scopes]), left < Lifetime ? left : Lifetime);
        return true;
    }

    public static void SignOut(HttpContext context) => context.Response.Cookies.Delete(Cookie, Options(context, null));

    /// <returns>Null if nobody is signed in, or no longer.</returns>
    internal Caller? Of(HttpRequest request)
    {
        if (request.Cookies[Cookie] is not { } cookie)
            return null;
        try
        {
            var session = JsonSerializer.Deserialize<Session>(_protector.Unprotect(cookie))!;
            return session.KeyHash is { } hash
                ? _keys.OfHash(Convert.FromHexString(hash))
                : new Caller(JwtBearerDefaults.AuthenticationScheme, session.Name, session.Scopes);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    private void Keep(HttpContext context, Session session, TimeSpan lifetime) => context.Response.Cookies.Append(
        Cookie, _protector.Protect(JsonSerializer.Serialize(session), lifetime), Options(context, lifetime));

    private static CookieOptions Options(HttpContext context, TimeSpan? lifetime) => new()
    {
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Secure = context.Request.IsHttps,
        MaxAge = lifetime,
    };

    private sealed record Session(string? KeyHash, string Name, string[] Scopes);
}
