using Microsoft.Extensions.DependencyInjection;
using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Access;

/// <summary>The scopes that an API key or a token's role can have.</summary>
public static class Scopes
{
    public const string Read = "read";
    public const string Ops = "ops";

    /// <param name="name">The kind or system that is written to.</param>
    public static string Write(string name) => $"{name}:write";

    /// <summary>Registers scopes that a module's endpoints need.</summary>
    public static IServiceCollection AddScopes(this IServiceCollection services, params IEnumerable<string> scopes)
    {
        services.AddSettings<AuthSettings>("auth");
        foreach (var scope in scopes)
            services.AddSingleton(new KnownScope(scope));
        return services;
    }
}

/// <summary>A scope that a module of this process needs.</summary>
public sealed record KnownScope(string Name);
