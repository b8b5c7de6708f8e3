using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;
using RideIngest.Hosting.Problems;

namespace RideIngest.Hosting.Access;

/// <summary>
/// Checks each request against its endpoint's <see cref="NeedsAttribute"/>. API keys are looked up here; tokens were already validated by
/// their scheme. ASP.NET Core's authorization middleware would cost too much per request: see ADR 17.
/// </summary>
internal sealed class AccessMiddleware(RequestDelegate next, ApiKeys keys, AuthSettings settings, Sessions? sessions = null)
{
    private static readonly Problem NoKey = Unknown("Send an API key as 'Authorization: Bearer …' or 'X-Api-Key: …'.");
    private static readonly Problem UnknownKey = Unknown("The API key is unknown.");

    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<NeedsAttribute>() is not { } needed)
            return next(context);

        // Answers that require a key must not be cached for others.
        context.Response.Headers.CacheControl = "no-store";
        if (Caller.Of(context) is not { } caller)
        {
            var key = ApiKeys.Of(context.Request);
            if ((key.IsEmpty ? SignedIn(context) : keys.Find(key)) is not { } known)
            {
                return settings.Jwt.IsOn && ApiKeys.IsToken(context.Request)
                    ? RefuseTokenAsync(context)
                    : context.RefuseAsync(key.IsEmpty ? NoKey : UnknownKey);
            }
            caller = known;
            context.User = caller.Principal;
        }
        return needed.IsMetBy(caller) ? next(context) : context.RefuseAsync(caller.Forbid(needed.ToString()));
    }

    // A page of another origin cannot act in somebody's name: only forms of pages, which have an antiforgery token, act by the cookie.
    private Caller? SignedIn(HttpContext context) =>
        HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
        || context.GetEndpoint()?.Metadata.GetMetadata<IAntiforgeryMetadata>() is { RequiresValidation: true }
            ? sessions?.Of(context.Request)
            : null;

    private static Problem Unknown(string detail) => Problem.OfStatus(401) with { Detail = detail };

    private static async Task RefuseTokenAsync(HttpContext context)
    {
        // The scheme caches its result.
        var why = (await context.AuthenticateAsync()).Failure switch
        {
            SecurityTokenExpiredException => "it is expired",
            SecurityTokenNotYetValidException => "it is not valid yet",
            SecurityTokenInvalidAudienceException => "it is for another audience",
            SecurityTokenInvalidIssuerException => "it is from another issuer",
            SecurityTokenInvalidSignatureException or SecurityTokenSignatureKeyNotFoundException => "its signature is not the issuer's",
            _ => "it is not valid",
        };
        await context.RefuseAsync(Unknown($"The token is not accepted: {why}."));
    }
}
