using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Access;

/// <summary>Declares which callers may use an endpoint.</summary>
public static class EndpointAccess
{
    /// <summary>Requires a key or a token with one of these scopes.</summary>
    public static TBuilder Needs<TBuilder>(this TBuilder endpoint, params IReadOnlyList<string> anyOf)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(new NeedsAttribute([.. anyOf]));

    /// <summary>Requires a key or a token, whatever its scopes are.</summary>
    public static TBuilder NeedsAnyKey<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.WithMetadata(NeedsAttribute.AnyKey);

    /// <summary>Allows every caller.</summary>
    public static TBuilder Public<TBuilder>(this TBuilder endpoint)
        where TBuilder : IEndpointConventionBuilder => endpoint.AllowAnonymous();

    /// <exception cref="StartupException">An endpoint declares no access.</exception>
    internal static void EnsureDeclared(IEndpointRouteBuilder routes)
    {
        var undeclared = routes.DataSources.SelectMany(source => source.Endpoints).Where(endpoint => !IsDeclared(endpoint)).ToList();
        if (undeclared.Count > 0)
        {
            throw new StartupException(
                $"These endpoints declare no access: {string.Join(", ", undeclared)}. "
                + "Add Needs(scope) or Public() where they are mapped.");
        }
    }

    private static bool IsDeclared(Endpoint endpoint) =>
        endpoint.Metadata.GetMetadata<NeedsAttribute>() is not null || endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
}
