using Microsoft.Extensions.DependencyInjection;
using RideIngest.Hosting.Config;

namespace RideIngest.Hosting.Access;

/// <summary>What an API key or a token's role can allow.</summary>
public static class Scopes
{
    public const string Read = "read";
    public const string Ops = "ops";

    /// <param name="name">What is sent: a kind, or a system whose events are.</param>
    public static string Write(string name) => $"{name}:write";

    /// <summary>Lets a module's endpoints ask for these scopes.</summary>
    public static IServiceCollection AddScopes(this IServiceCollection services, params IEnumerable<string> scopes)
    {
        services.AddSettings<AuthSettings>("auth");
        foreach (var scope in scopes)
            services.AddSingleton(new KnownScope(scope));
        return services;
    }
}

/// <summary>A scope that some module of this process asks for.</summary>
public sealed record KnownScope(string Name);
